import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset } from "../../src/dataset/dataset.ts";
import { UsageError } from "../../src/domain/errors.ts";
import { temporaryFolder } from "../support/cli.ts";
import { exampleManifest } from "./example-manifest.ts";

async function opened(manifest: string) {
  const folder = join(await temporaryFolder(), "set");
  await mkdir(folder);
  await writeFile(join(folder, "manifest.json"), manifest);
  return openDataset(folder);
}

describe("opening a dataset", () => {
  it("fills in the defaults of its manifest", async () => {
    const { defaults: _, ...manifest } = exampleManifest();
    expect((await opened(JSON.stringify(manifest))).manifest).toEqual(exampleManifest());
  });

  it.each<[string, object, RegExp]>([
    ["an unknown key", { licens: "MIT" }, /manifest\.json: .*"licens"/],
    ["an unknown key of a part", { fields: { quetion: "q" } }, /manifest\.json: fields: .*"quetion"/],
    ["a type that there isn't", { type: "essay" }, /manifest\.json: type: /],
    ["a digest that is none", { sha256: "abc" }, /manifest\.json: sha256: /],
    ["a name that can't be a folder", { name: "../x" }, /manifest\.json: name: lower-case letters/],
  ])("names the file and the place of %s", async (_, entries, message) => {
    const error: unknown = await opened(JSON.stringify({ ...exampleManifest(), ...entries })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(message);
  });

  it("refuses what is no JSON, and a folder without a manifest", async () => {
    await expect(opened("{")).rejects.toThrow(/manifest\.json: not valid JSON/);
    const folder = await temporaryFolder();
    await expect(openDataset(folder)).rejects.toThrow(`no dataset at ${folder}`);
  });
});
