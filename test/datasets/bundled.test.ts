import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseJsonLines, stringAt, stringsAt } from "./json-lines.ts";

const DATASETS = new URL("../../datasets/", import.meta.url);
const DEMO_MODEL = new URL("../../models/demo/", import.meta.url);

interface DatasetManifest {
  name: string;
  type: "multiple-choice" | "generation";
  prompt: string;
  items: number;
  file: string;
  sha256: string;
  fields: Record<string, string>;
}

interface ModelManifest {
  files: { file: string; quantization: string; bytes: number; sha256: string }[];
}

const sha256 = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

const readManifest = <Manifest>(folder: URL): Manifest =>
  JSON.parse(readFileSync(new URL("manifest.json", folder), "utf8")) as Manifest;

const datasets = readdirSync(DATASETS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => {
    const folder = new URL(`${entry.name}/`, DATASETS);
    const manifest = readManifest<DatasetManifest>(folder);
    const content = readFileSync(new URL(manifest.file, folder));
    return { name: entry.name, manifest, content, rows: parseJsonLines(content.toString("utf8")) };
  });

describe("the bundled datasets", () => {
  it("are all there", () => {
    const names = datasets.map((dataset) => dataset.name);
    const demo = ["classification", "code", "qa", "quiz-arc", "quiz-mc", "rewriting", "summarization"];
    const written = ["chat", "classification", "code", "qa", "summarization"];
    expect(names).toEqual(expect.arrayContaining([...demo.map((name) => `demo-${name}`), ...written]));
  });

  it.each(datasets)("$name has the bytes and the number of items that its manifest names", (dataset) => {
    expect(dataset.manifest.name).toBe(dataset.name);
    expect(sha256(dataset.content)).toBe(dataset.manifest.sha256);
    expect(dataset.rows.length).toBeGreaterThan(0);
    expect(dataset.rows).toHaveLength(dataset.manifest.items);
  });

  it.each(datasets)("$name has a unique id and the template's fields in every item", ({ manifest, rows }) => {
    const ids = rows.map((row) => stringAt(row, manifest.fields.id ?? "id"));
    expect(ids.filter((id) => id === "")).toEqual([]);
    expect(new Set(ids).size).toBe(rows.length);

    const placeholders = [...manifest.prompt.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    expect(placeholders.length).toBeGreaterThan(0);
    for (const placeholder of placeholders) {
      const path = manifest.fields[placeholder];
      expect(path, `field for {${placeholder}}`).toBeDefined();
      const empty = rows.filter((row) => stringAt(row, path ?? "").trim() === "");
      expect(empty).toEqual([]);
    }
  });
});

describe("the bundled multiple-choice datasets", () => {
  const quizzes = datasets.filter((dataset) => dataset.manifest.type === "multiple-choice");

  it("are there", () => expect(quizzes.length).toBeGreaterThan(0));

  it.each(quizzes)("$name has distinct choices and an answer among them in every item", ({ manifest, rows }) => {
    const { choices: choicesPath, labels: labelsPath, answer: answerPath } = manifest.fields;
    let checked = 0;
    for (const row of rows) {
      const choices = stringsAt(row, choicesPath ?? "choices");
      const labels = labelsPath ? stringsAt(row, labelsPath) : [..."ABCDEFGH"].slice(0, choices.length);
      expect(choices.length).toBeGreaterThanOrEqual(2);
      expect(new Set(choices).size).toBe(choices.length);
      expect(labels).toHaveLength(choices.length);
      expect(labels).toContain(stringAt(row, answerPath ?? "answer"));
      checked += 1;
    }
    expect(checked).toBe(manifest.items);
  });
});

describe("the bundled demo model", () => {
  const { files } = readManifest<ModelManifest>(DEMO_MODEL);

  it("names every GGUF file in its folder, each quantization once", () => {
    const present = readdirSync(DEMO_MODEL).filter((name) => name.endsWith(".gguf"));
    expect(present.length).toBeGreaterThan(0);
    expect(files.map((entry) => entry.file).sort()).toEqual(present.sort());
    expect(new Set(files.map((entry) => entry.quantization)).size).toBe(files.length);
  });

  it.each(files)("$file has the bytes that its manifest names", ({ file, bytes, sha256: expected }) => {
    const url = new URL(file, DEMO_MODEL);
    expect(existsSync(url)).toBe(true);
    const content = readFileSync(url);
    expect(content.length).toBe(bytes);
    expect(sha256(content)).toBe(expected);
    expect(content.subarray(0, 4).toString("latin1")).toBe("GGUF");
  });
});
