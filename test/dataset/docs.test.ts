import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { HUB_RECIPES } from "../../src/dataset/hub-recipes/recipes.ts";
import { MappingSchema } from "../../src/dataset/mapping.ts";
import { SpecSchema } from "../../src/spec/schema.ts";

const text = await readFile(join(import.meta.dirname, "..", "..", "docs", "datasets.md"), "utf8");
const [tasks = "", mapping = ""] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((block) => block[1] ?? "");

describe("docs/datasets.md", () => {
  it("shows tasks that a spec may have", () => {
    const { tasks: parsed } = SpecSchema.parse({
      backends: { r: { type: "recorded" } },
      models: [{ name: "m", variants: [{ quantization: "FP16", model: "x" }] }],
      ...(parse(tasks) as object),
    });
    expect(parsed.map((task) => task.sample)).toContainEqual({ perSubject: 5, seed: 1 });
  });

  it("shows a mapping that is one", () => {
    expect(MappingSchema.parse(parse(mapping))).toMatchObject({ name: "my-quiz", fields: { answerIs: "label" } });
  });

  it("lists every dataset that can be pulled, with its repository and licence, and no other", () => {
    const rows = [...text.matchAll(/^\| `([a-z0-9-]+)` \| (\S+?)[ ,|].*$/gm)];
    expect(rows.map(([, name, repository]) => [name, repository])).toEqual(
      [...HUB_RECIPES].map(([name, recipe]) => [name, recipe.repository]),
    );
    for (const [line, name = ""] of rows) expect(line).toContain(HUB_RECIPES.get(name)?.about.licence ?? "no such");
  });
});
