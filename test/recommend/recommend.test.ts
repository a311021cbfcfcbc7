import { describe, expect, it } from "vitest";
import type { Summary } from "../../src/analyze/summary.ts";
import type { Verdicts } from "../../src/gate/verdict.ts";
import type { RunEvidence } from "../../src/recommend/evidence.ts";
import type { QuestionInput } from "../../src/recommend/question.ts";
import { type Recommendation, recommend } from "../../src/recommend/recommend.ts";

type Chosen = Extract<Recommendation, { kind: "recommended" }>;

function chosen(question: QuestionInput, runs: readonly RunEvidence[] = []): Chosen {
  const found = recommend(question, runs);
  if (found.kind !== "recommended") throw new Error(`expected a recommendation, got ${JSON.stringify(found)}`);
  return found;
}

/** Gates that a candidate missed, by "quantization on backend". */
function gates(found: Recommendation, label: string): readonly string[] {
  if (found.kind === "no-basis") return [];
  const candidate = found.alternatives.find((each) => `${each.quantization} on ${each.backend}` === label);
  return candidate?.rejections.map(({ gate }) => gate) ?? ["absent"];
}

/** A run of a model with a verdict for each quantization, as the adviser reads it. */
function ownRun(
  model: string,
  verdicts: Readonly<Record<string, "pass" | "fail" | "inconclusive">>,
  run = "r1",
): RunEvidence {
  const variant = (quantization: string) => `${model}/${quantization}@local`;
  const names = Object.keys(verdicts);
  return {
    run,
    summary: {
      models: [
        {
          model,
          variants: names.map((quantization) => ({
            variant: variant(quantization),
            model,
            quantization,
            metadata: { parameters: 1_235_814_400 },
            accuracy: { "letter-logprob": { kind: "scored", correct: 480, trials: 500, value: 0.96 } },
            keyMetricAverage: { kind: "unscored", reason: "no generation task" },
          })),
        },
      ],
    } as unknown as Summary,
    verdicts: {
      policy: { name: "default", hash: "h" },
      models: [
        {
          model,
          variants: names.map((quantization) => ({
            variant: variant(quantization),
            quantization,
            verdict: verdicts[quantization],
            rules: [
              {
                rule: "not worse by more than 3 pp",
                type: "max-loss",
                outcome: verdicts[quantization],
                basis: "interval",
                n: 500,
                estimate: -0.6,
                lower: -1.5,
                upper: -0.1,
                threshold: -3,
                unit: "pp",
                explanation: "seen",
              },
            ],
          })),
        },
      ],
    } as unknown as Verdicts,
  };
}

const GPU = "rtx-4080-laptop";

describe("the tree of risk (P.1), a leaf each", () => {
  it("high risk, and FP16 fits: FP16", () => {
    const found = chosen({ model: "llama3.2-1b", vramGb: 12, risk: "high" });
    expect(found.choice.quantization).toBe("FP16");
    expect(found.path.at(-1)?.answer).toMatch(/yes: 2\.48 < 9\.60/);
    expect(gates(found, "Q8_0 on ollama")).toEqual(["risk"]);
  });
  it("high risk, and FP16 is too large: Q8_0", () => {
    expect(chosen({ model: "llama3.1-8b", vramGb: 16, risk: "high" }).choice.quantization).toBe("Q8_0");
  });
  it("high risk, and Q8_0 is too large: a smaller model", () => {
    const found = recommend({ model: "llama3.1-8b", vramGb: 8, risk: "high" });
    expect(found.kind).toBe("none-fits");
    expect(found.kind === "none-fits" && found.wouldChange.join()).toMatch(/a smaller model/);
    expect(gates(found, "Q8_0 on ollama")).toEqual(["vram"]);
  });
  it("2 · parameters exactly at 0.8 · VRAM does not fit", () => {
    // 2 · 8.03 = 16.06 = 0.8 · 20.075.
    expect(chosen({ model: "llama3.1-8b", vramGb: 20.075, risk: "high" }).choice.quantization).toBe("Q8_0");
  });
  it("moderate risk: Q4_K_M", () => {
    const found = chosen({ model: "llama3.2-1b", gpu: GPU });
    expect(found.choice.quantization).toBe("Q4_K_M");
    expect(found.basis).toBe("published");
  });
  it("moderate risk, Q4_K_M fails its gate: Q8_0", () => {
    const found = chosen({ model: "llama3.2-1b", gpu: GPU }, [ownRun("llama3.2-1b", { Q4_K_M: "fail" })]);
    expect(found.choice.quantization).toBe("Q8_0");
    expect(found.overruled).toEqual(["Q4_K_M is taken away: your own run fails it"]);
  });
  it("low risk with room: Q4_K_M, too", () => {
    expect(chosen({ model: "phi-2", vramGb: 12, risk: "low" }).choice.quantization).toBe("Q4_K_M");
  });
  it.each<[string, readonly string[]]>([
    ["phi-2", []],
    ["llama3.1-8b", ["vram"]],
    ["llama3.2-1b", ["risk", "quality"]],
    ["llama3.2-3b", ["risk", "quality"]],
    ["qwen2.5-1.5b", ["risk", "quality"]],
  ])("low risk below 2 GB: Q3_K_S of %s misses %j", (model, missed) => {
    const found = recommend({ model, vramGb: 1.95, contextTokens: 256, risk: "low" });
    if (missed.length === 0) expect(found).toMatchObject({ kind: "recommended", choice: { quantization: "Q3_K_S" } });
    else expect(gates(found, "Q3_K_S on ollama")).toEqual(missed);
  });
  it("never Q2_K, whatever a run says", () => {
    const found = chosen({ model: "llama3.2-1b", risk: "low" }, [
      ownRun("llama3.2-1b", { Q2_K: "pass", Q8_0: "pass" }),
    ]);
    expect(found.choice.quantization).not.toBe("Q2_K");
    expect(gates(found, "Q2_K on ollama")).toContain("risk");
  });
});

describe("own verdicts", () => {
  it("overrule the table upwards: a proven Q3_K_S may be deployed", () => {
    const found = chosen({ model: "llama3.2-1b", gpu: GPU }, [
      ownRun("llama3.2-1b", { Q4_K_M: "pass", Q3_K_S: "pass" }),
    ]);
    expect(found.overruled.join()).toMatch(/Q3_K_S is allowed/);
    expect(found.choice.quantization).toBe("Q3_K_S");
    expect(found.basisText).toBe("proven: within 3 pp on 500 pairs (run r1, policy default)");
  });
  it("at high risk only take away", () => {
    const runs = [ownRun("llama3.2-1b", { Q4_K_M: "pass", FP16: "fail" })];
    expect(recommend({ model: "llama3.2-1b", vramGb: 12, risk: "high" }, runs).kind).toBe("none-fits");
  });
  it("of the newest run count", () => {
    const runs = [ownRun("llama3.2-1b", { Q4_K_M: "fail" }, "old"), ownRun("llama3.2-1b", { Q4_K_M: "pass" }, "new")];
    expect(chosen({ model: "llama3.2-1b" }, runs).basisText).toMatch(/run new/);
  });
  it("that are inconclusive leave the table its word", () => {
    const found = chosen({ model: "llama3.2-1b" }, [ownRun("llama3.2-1b", { Q4_K_M: "inconclusive" })]);
    expect(found.choice.quantization).toBe("Q4_K_M");
    expect(found.basis).toBe("published");
  });
  it("make a model known that the study never saw, under any spelling", () => {
    const found = chosen({ model: "My:Model" }, [ownRun("my-model", { Q8_0: "pass" })]);
    expect(found).toMatchObject({ basis: "proven", choice: { quantization: "Q8_0" } });
  });
});

describe("gates", () => {
  it("memory: above 90 % is out, above 85 % a warning", () => {
    const needed = chosen({ model: "llama3.2-1b", vramGb: 12 }).choice.memory?.totalBytes ?? 0;
    const at = (share: number) => recommend({ model: "llama3.2-1b", vramGb: needed / 1e9 / share });
    expect(at(0.899)).toMatchObject({ kind: "recommended", choice: { headroom: { state: "warning" } } });
    expect(gates(at(0.901), "Q4_K_M on ollama")).toEqual(["vram"]);
  });
  it("latency and budget", () => {
    const slow = recommend({ model: "llama3.2-1b", gpu: GPU, sloMs: 10 });
    expect(gates(slow, "Q4_K_M on ollama")).toEqual(["latency"]);
    const dear = recommend({ model: "llama3.2-1b", gpu: GPU, tokensPerMonth: 1e8, budgetUsdPerMonth: 20 });
    expect(gates(dear, "Q4_K_M on ollama")).toEqual(["budget"]);
  });
  it("published minima of an application: llama3.2-1b misses the chatbot's at every quantization (Q.1)", () => {
    const found = recommend({ model: "llama3.2-1b", gpu: GPU, application: "general-chatbot" });
    expect(found.kind).toBe("none-fits");
    expect(JSON.stringify(found)).toContain("General chatbot asks MMLU of at least 0.4 (P.2): 0.337");
  });
  it("four users and more: servers that batch come first (Q.2, Q.4)", () => {
    const found = chosen({
      model: "llama3.2-1b",
      gpu: GPU,
      users: 8,
      contextTokens: 8192,
      workload: "rag",
      sloMs: 5000,
    });
    expect(found.choice).toMatchObject({ quantization: "FP16", backend: "vllm", speed: { kind: "measured" } });
    expect(found.choice.speed?.tokensPerSecond).toBe(69.9); // TR130 SS5.1
    expect(chosen({ model: "llama3.2-1b", gpu: GPU, users: 3 }).choice.backend).toBe("ollama");
  });
  it("rates of different boundaries are on no common front", () => {
    const found = chosen({ model: "llama3.2-1b", gpu: GPU, users: 8 });
    const boundaries = [found.choice, ...found.alternatives]
      .filter(({ quantization, backend }) => found.paretoFront.includes(`${quantization} on ${backend}`))
      .map(({ speed }) => speed?.boundary);
    expect(boundaries.length).toBeGreaterThan(0);
    expect(new Set(boundaries).size).toBe(1);
  });
});

describe("what can't be answered", () => {
  it("a model that nobody knows has no basis, and says what to do", () => {
    const found = recommend({ model: "mystery" }, [ownRun("llama3.2-1b", { Q8_0: "pass" })]);
    expect(found).toMatchObject({ kind: "no-basis", next: expect.stringContaining("evaluate it with quantgate run") });
    expect(found.kind === "no-basis" && found.reason).toContain("the runs given are about llama3.2-1b");
  });
  it.each<[string, object, RegExp]>([
    ["GPU", { gpu: "abacus" }, /--gpu abacus: not in the table/],
    ["ambiguous GPU", { gpu: "rtx-4080" }, /fits several/],
    ["application", { application: "poetry" }, /no published quality gate/],
  ])("an unknown %s is an error with what is known", (_, wish, message) => {
    expect(() => recommend({ model: "llama3.2-1b", ...wish })).toThrow(message);
  });
  it.each<[string, object]>([
    ["GPU and memory at once", { gpu: GPU, vramGb: 24 }],
    ["negative memory", { vramGb: -1 }],
    ["no users", { users: 0 }],
    ["half a token", { contextTokens: 0.5 }],
    ["a burst below the mean", { burst: 0.5 }],
    ["an unknown workload", { workload: "0:0" }],
    ["an unknown field", { colour: "blue" }],
  ])("%s is refused", (_, wish) => {
    expect(() => recommend({ model: "llama3.2-1b", ...wish } as QuestionInput)).toThrow();
  });
});
