import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { written } from "../import/imported.ts";
import { cli } from "../support/cli.ts";

const TIME = "2026-01-02T03-04-05.678901";

function samples(right: (id: number) => boolean): string {
  const rows = Array.from({ length: 120 }, (_, id) =>
    JSON.stringify({
      doc_id: id,
      filter: "none",
      metrics: ["acc"],
      doc_hash: `d${id}`,
      prompt_hash: "p",
      acc: right(id) ? 1 : 0,
    }),
  );
  return `${rows.join("\n")}\n`;
}

describe("other tools' results on the command line", () => {
  it("are imported, decided, and compared without importing", { timeout: 240_000 }, async () => {
    const name = `samples_quiz_${TIME}.jsonl`;
    const folder = await written({
      [`FP16/${name}`]: samples((id) => id % 10 !== 0),
      [`Q8_0/${name}`]: samples((id) => id % 10 !== 0),
      [`Q3_K_M/${name}`]: samples((id) => id % 2 === 1),
    });
    const path = (label: string): string => join(folder, label);
    const env = { QUANTGATE_RUNS: join(folder, "runs") };
    const imported = await cli(
      ["import", path("FP16"), path("Q8_0"), `Q3_K_M=${path("Q3_K_M")}`, "--model", "m", "--json"],
      { env },
    );
    const { verdicts } = JSON.parse(imported.stdout) as {
      readonly verdicts: {
        readonly models: readonly {
          readonly variants: readonly { readonly quantization: string; readonly verdict: string }[];
        }[];
      };
    };
    const byLabel = Object.fromEntries(
      (verdicts.models[0]?.variants ?? []).map((each) => [each.quantization, each.verdict]),
    );
    expect(byLabel).toMatchObject({ FP16: "reference", Q8_0: "pass", Q3_K_M: "fail" });
    expect(imported.code).toBe(1);
    expect(imported.stderr).toContain("policy: accuracy-only");

    const compared = await cli(["compare", path("FP16"), path("Q3_K_M")], { env });
    expect(compared.stdout).toContain("Regression confirmed");
    expect(compared.code).toBe(1);
    const unnamed = await cli(["import", folder, "--model", "m"], { env });
    expect(unnamed.code).toBe(2);
  });
});
