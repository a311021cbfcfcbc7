import { describe, expect, it } from "vitest";
import { fileUrl, parseRepository, repositoryFolder, repositoryKey } from "../../src/hub/repository.ts";

const HUB = "https://huggingface.co";

describe("a repository", () => {
  it("is named with or without a revision", () => {
    expect(parseRepository("owner/name", "model")).toEqual({ type: "model", id: "owner/name", revision: "main" });
    expect(parseRepository("owner/name@refs/pr/7", "dataset").revision).toBe("refs/pr/7");
    expect(repositoryKey(parseRepository("gpt2@v1.0", "model"))).toBe("models/gpt2@v1.0");
  });

  it.each([
    "",
    "owner/",
    "/name",
    "a/b/c",
    "owner/na me",
    "owner/..",
    "../name",
    "owner/name@",
    "a@b@c",
    "owner/name@../x",
  ])("isn't %j", (text) => expect(() => parseRepository(text, "model")).toThrow("names no repository"));

  it("has its files at the hub's addresses", () => {
    const model = parseRepository("owner/name", "model");
    expect(fileUrl(HUB, model, "main", "onnx/model.onnx")).toBe(`${HUB}/owner/name/resolve/main/onnx/model.onnx`);
    expect(fileUrl(HUB, model, "refs/pr/7", "a b#c.txt")).toBe(`${HUB}/owner/name/resolve/refs%2Fpr%2F7/a%20b%23c.txt`);
    const dataset = parseRepository("cais/mmlu", "dataset");
    expect(fileUrl(HUB, dataset, "main", "x")).toBe(`${HUB}/datasets/cais/mmlu/resolve/main/x`);
  });

  it("has a folder of its own for each commit and type", () => {
    const commit = "c".repeat(40);
    const folders = [
      parseRepository("a/b", "model"),
      parseRepository("a/b", "dataset"),
      parseRepository("a/c", "model"),
    ].map((repository) => repositoryFolder("/cache", repository, commit));
    expect(folders[0]).toBe(`/cache/models/a--b/${commit}`);
    expect(new Set(folders).size).toBe(3);
  });
});
