import { describe, expect, it } from "vitest";
import { makePlan, type Unit, variantsOf } from "../../src/plan/plan.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { specOf } from "./example-spec.ts";

const inWords = ({ variant, task, pass, from, to }: Unit): string =>
  `${variant.model}/${variant.quantization} ${task.name} ${pass} ${from}-${to}`;

const quiz = quizTask({ items: 250 });
const writing = writingTask({ items: 100 });

describe("a plan", () => {
  it("goes by variant, then task, in slices; every item is in just one", () => {
    const plan = makePlan(specOf({ one: ["FP16", "Q2_K"], two: ["Q8_0"] }, [quiz, writing]), { unitItems: 100 });
    const ladder = (variant: string) => [
      `${variant} quiz main 0-100`,
      `${variant} quiz main 100-200`,
      `${variant} quiz main 200-250`,
      `${variant} writing main 0-100`,
    ];
    expect(plan.units.map(inWords)).toEqual(["one/FP16", "one/Q2_K", "two/Q8_0"].flatMap(ladder));
    expect(plan.answers).toBe(3 * 350);
  });

  it("is whole for a slice larger than the task", () => {
    const plan = makePlan(specOf({ one: ["FP16"] }, [quiz]), { unitItems: 1000 });
    expect(plan.units.map(inWords)).toEqual(["one/FP16 quiz main 0-250"]);
  });

  it("asks each model's baseline again where the spec wants repeats, after its main answers", () => {
    const spec = specOf({ one: ["FP16", "Q2_K"] }, [quiz, writing], { repeat: { items: 120 } });
    const plan = makePlan(spec, { unitItems: 1000 });
    expect(plan.units.map(inWords)).toEqual([
      "one/FP16 quiz main 0-250",
      "one/FP16 writing main 0-100",
      "one/FP16 quiz repeat 0-120",
      "one/FP16 writing repeat 0-100",
      "one/Q2_K quiz main 0-250",
      "one/Q2_K writing main 0-100",
    ]);
    expect(plan.answers).toBe(250 + 100 + 120 + 100 + 250 + 100);
  });

  it("samples only written answers, in rounds", () => {
    const byLetter = quizTask({ name: "by-letter", items: 5, protocol: "generated-letter", primary: "extracted" });
    const spec = specOf({ one: ["FP16"] }, [quiz, byLetter, writing], {
      sampling: { temperature: 0.7, repeats: 2, items: 20 },
    });
    expect(makePlan(spec, { unitItems: 1000 }).units.map(inWords).slice(3)).toEqual([
      "one/FP16 by-letter sample-1 0-5",
      "one/FP16 writing sample-1 0-20",
      "one/FP16 by-letter sample-2 0-5",
      "one/FP16 writing sample-2 0-20",
    ]);
  });

  it("lists the variants of all models in the spec's order", () => {
    expect(variantsOf(specOf({ two: ["Q8_0"], one: ["FP16", "Q2_K"] }, [quiz])).map(({ id }) => id)).toEqual([
      "two/Q8_0@fake",
      "one/FP16@fake",
      "one/Q2_K@fake",
    ]);
  });
});
