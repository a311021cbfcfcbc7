import { copyFile, cp, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { QuantGateError } from "../../../src/domain/errors.ts";
import type { Quantization } from "../../../src/domain/quantization.ts";
import { copyOfDemo, DEMO_ONNX, openOnnx } from "./demo-onnx.ts";

const ENCODER = join(DEMO_ONNX, "..", "demo-encoder");

async function editConfig(folder: string, change: (config: Record<string, unknown>) => void): Promise<void> {
  const path = join(folder, "config.json");
  const config = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  change(config);
  await writeFile(path, JSON.stringify(config));
}

/** What opening the folder says; "it opened" where it does. */
async function complaint(folder: string, quantization: Quantization = "q4"): Promise<string> {
  try {
    await (await openOnnx(quantization, {}, folder)).close();
    return "it opened";
  } catch (error) {
    expect(error).toBeInstanceOf(QuantGateError);
    return `${(error as QuantGateError).message} | ${(error as QuantGateError).hint ?? "no hint"}`;
  }
}

interface Case {
  readonly what: string;
  readonly spoil: (folder: string) => Promise<void>;
  readonly quantization?: Quantization;
  readonly says: RegExp;
}

const onnx = (folder: string): string => join(folder, "onnx", "model_q4.onnx");

const CASES: readonly Case[] = [
  { what: "no folder", spoil: (folder) => rm(folder, { recursive: true }), says: /^no model folder at .*model \| / },
  { what: "no configuration", spoil: (folder) => rm(join(folder, "config.json")), says: /has no config\.json \| copy/ },
  {
    what: "no tokenizer",
    spoil: (folder) => rm(join(folder, "tokenizer.json")),
    says: /has no tokenizer\.json \| save/,
  },
  {
    what: "no tokenizer_config.json",
    spoil: (folder) => rm(join(folder, "tokenizer_config.json")),
    says: /has no tokenizer_config\.json/,
  },
  {
    what: "another dtype than is there",
    spoil: async () => {},
    quantization: "q8",
    says: /has no onnx\/model_quantized\.onnx, the file of dtype q8 \| it has q4$/,
  },
  {
    what: "no .onnx file at all",
    spoil: (folder) => rm(onnx(folder)),
    says: /has no onnx\/model_q4\.onnx.* \| export the model/,
  },
  {
    what: "a label that is no dtype",
    spoil: async () => {},
    quantization: "Q4_K_M",
    says: /no dtype for Q4_K_M \| ONNX exports have fp32, fp16, q8/,
  },
  {
    what: "a Git LFS pointer",
    spoil: (folder) =>
      writeFile(onnx(folder), "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 2735799\n"),
    says: /model_q4\.onnx is a Git LFS pointer.* \| .*git lfs pull/,
  },
  {
    what: "a tokenizer that is a pointer",
    spoil: (folder) => writeFile(join(folder, "tokenizer.json"), "version https://git-lfs.github.com/spec/v1\n"),
    says: /tokenizer\.json is a Git LFS pointer/,
  },
  {
    what: "a file cut at half",
    spoil: async (folder) => truncate(onnx(folder), Math.floor((await stat(onnx(folder))).size / 2)),
    says: /model_q4\.onnx: the model can't be read: the file is cut short.* \| is the file whole/,
  },
  {
    what: "a file without its last bytes",
    spoil: async (folder) => truncate(onnx(folder), (await stat(onnx(folder))).size - 3),
    says: /model_q4\.onnx|q4 model doesn't load/,
  },
  {
    what: "an empty file",
    spoil: (folder) => writeFile(onnx(folder), ""),
    says: /model_q4\.onnx: the model can't be read: no ONNX model/,
  },
  {
    what: "the configuration of a model with other layers",
    spoil: (folder) => editConfig(folder, (config) => Object.assign(config, { num_hidden_layers: 6 })),
    says: /config\.json says 6 layers, the q4 model has 4 \| config\.json belongs to another model/,
  },
  {
    what: "a configuration with fewer layers",
    spoil: (folder) => editConfig(folder, (config) => Object.assign(config, { num_hidden_layers: 3 })),
    says: /config\.json says 3 layers, the q4 model has 4/,
  },
  {
    what: "a configuration that is no JSON",
    spoil: (folder) => writeFile(join(folder, "config.json"), "{"),
    says: /config\.json is no configuration of a model/,
  },
  {
    what: "a model family that writes no text",
    spoil: (folder) => editConfig(folder, (config) => Object.assign(config, { model_type: "vit" })),
    says: /"vit" is no causal language model/,
  },
  {
    what: "an encoder",
    spoil: async (folder) => {
      for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"])
        await copyFile(join(ENCODER, name), join(folder, name));
      await cp(join(ENCODER, "onnx", "model.onnx"), onnx(folder));
    },
    says: /is no causal language model|no language model/,
  },
  {
    what: "a tokenizer that is none",
    spoil: (folder) => writeFile(join(folder, "tokenizer.json"), '{"model": {"type": "Unheard"}}'),
    says: /its tokenizer can't be used/,
  },
];

describe("a model folder that can't be used is one clear error:", () => {
  it.each(CASES)("$what", async ({ spoil, quantization, says }) => {
    const folder = await copyOfDemo();
    await spoil(folder);
    const said = await complaint(folder, quantization);
    expect(said).toMatch(says);
    expect(said).not.toContain("\n");
  });

  it("an untouched copy opens, and so does one with its file beside the configuration", async () => {
    const folder = await copyOfDemo();
    expect(await complaint(folder)).toBe("it opened");
    await rename(onnx(folder), join(folder, "model_q4.onnx"));
    expect(await complaint(folder)).toBe("it opened");
  });
});
