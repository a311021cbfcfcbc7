import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { modelSource } from "../../src/onnx/model-catalog.ts";

const hub = (name: string, id: string, revision = "main") => ({
  kind: "hub",
  name,
  repository: { type: "model", id, revision },
});

describe("a model's name", () => {
  it.each([
    ["demo-encoder", { kind: "bundled", name: "demo-encoder" }],
    ["roberta-large", hub("roberta-large", "FacebookAI/roberta-large")],
    ["roberta-large@v1", hub("roberta-large", "FacebookAI/roberta-large", "v1")],
    ["FacebookAI/roberta-large", hub("roberta-large", "FacebookAI/roberta-large")],
    ["deberta-xlarge-mnli", hub("deberta-xlarge-mnli", "microsoft/deberta-xlarge-mnli")],
    ["all-mpnet-base-v2", hub("all-mpnet-base-v2", "sentence-transformers/all-mpnet-base-v2")],
    ["owner/name@abc", hub("owner/name", "owner/name", "abc")],
    ["./models/mine", { kind: "folder", name: "mine", folder: resolve("models/mine") }],
    [resolve("elsewhere/mine/"), { kind: "folder", name: "mine", folder: resolve("elsewhere/mine") }],
  ])("%s says where the model is", (name, source) => expect(modelSource(name)).toEqual(source));

  it.each(["", "a/b/c", "owner/na me", "toString/"])("%j is none", (name) => {
    expect(() => modelSource(name)).toThrow("names no repository");
  });
});
