import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type EncoderModel, openEncoderModel } from "../../../src/onnx/encoder-model.ts";
import { EXPECTED, exportedFile } from "./exports.ts";

const VOCABULARY = 48;
const MODEL_TYPES: Readonly<Record<string, string>> = {
  roberta: "roberta",
  mpnet: "mpnet",
  distilbert: "distilbert",
  deberta: "deberta",
};

/** The text that an exported model's tokenizer turns into the given ids, which start with [CLS] (2) and end with [SEP] (3). */
export function textOf(ids: readonly number[]): string {
  return ids
    .slice(1, -1)
    .map((id) => `t${id}`)
    .join(" ");
}

/** Puts an exported model into a folder, with a tokenizer whose words are the numbers of its tokens, and opens it. */
export async function exportedModel(name: string, parent: string): Promise<EncoderModel> {
  const folder = join(parent, name);
  await mkdir(join(folder, "onnx"), { recursive: true });
  await copyFile(exportedFile(name), join(folder, "onnx", "model.onnx"));
  if (name === "bert-external") {
    const data = "bert-external.onnx_data";
    await copyFile(join(dirname(exportedFile(name)), data), join(folder, "onnx", data));
  }
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
  const words = Array.from({ length: VOCABULARY }, (_, id) => special[id] ?? `t${id}`);
  const around = [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }];
  const tokenizer = {
    version: "1.0",
    added_tokens: special.map((content, id) => ({ id, content, special: true })),
    normalizer: { type: "BertNormalizer", lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [...around, { SpecialToken: { id: "[SEP]", type_id: 0 } }],
      pair: [],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  };
  const config = {
    model_type: MODEL_TYPES[name] ?? "bert",
    num_hidden_layers: EXPECTED.layers,
    max_position_embeddings: 40,
  };
  const files = { "tokenizer.json": tokenizer, "tokenizer_config.json": {}, "config.json": config };
  for (const [file, contents] of Object.entries(files)) await writeFile(join(folder, file), JSON.stringify(contents));
  return openEncoderModel({ folder, name, revision: "test" }, new AbortController().signal);
}
