import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { datasetFinder } from "../../src/dataset/find.ts";
import { temporaryFolder } from "../support/cli.ts";

async function folderWith(...names: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "manifest.json"), "{}");
  }
  return folder;
}

describe("finding datasets by name", () => {
  it("takes the first folder that has it", async () => {
    const [bundled, pulled] = [await folderWith("mmlu", "arc"), await folderWith("mmlu", "own")];
    const finder = datasetFinder([bundled, pulled]);
    expect(await finder.folderOf("mmlu")).toBe(join(bundled, "mmlu"));
    expect(await finder.folderOf("own")).toBe(join(pulled, "own"));
    expect(await finder.names()).toEqual(["arc", "mmlu", "own"]);
  });

  it("passes over folders that aren't there and files that are no folders", async () => {
    const folder = await folderWith("mmlu");
    await writeFile(join(folder, "README.md"), "");
    const finder = datasetFinder([join(folder, "gone"), folder]);
    expect(await finder.names()).toEqual(["mmlu"]);
    expect(await finder.folderOf("mmlu")).toBe(join(folder, "mmlu"));
    expect(await finder.folderOf("README.md")).toBeUndefined();
  });

  it("finds no folder without a manifest", async () => {
    const folder = await folderWith();
    await mkdir(join(folder, "half"));
    expect(await datasetFinder([folder]).folderOf("half")).toBeUndefined();
  });

  it.each(["..", "../mmlu", "sub/../mmlu", "/mmlu", ".hidden", "", "mmlu/"])("refuses %j as a name", async (name) => {
    const folder = await folderWith("mmlu", "sub");
    expect(await datasetFinder([join(folder, "sub"), folder]).folderOf(name)).toBeUndefined();
  });
});
