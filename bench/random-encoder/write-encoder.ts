import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type EncoderModel, openEncoderModel } from "../../src/onnx/encoder-model.ts";
import { type EncoderShape, encoderGraph } from "./encoder-graph.ts";
import { uniformNumbers } from "./random.ts";

/** MPNet's export counts positions by what isn't padding, whose id it takes to be 1. */
const SPECIAL_TOKENS = ["[CLS]", "[PAD]", "[SEP]", "[UNK]"];
/** Token types are what BERT reads and MPNet doesn't. */
const MODEL_TYPES = { bert: "bert", mpnet: "mpnet" } as const;

/** The text of `tokens` tokens, special tokens included, drawn by `uniform`; every word is one token. */
export function randomText(tokens: number, vocabulary: number, uniform: () => number): string {
  const words = vocabulary - SPECIAL_TOKENS.length;
  const word = () => `w${Math.floor(((uniform() + 1) / 2) * words)}`;
  return Array.from({ length: Math.max(0, tokens - 2) }, word).join(" ");
}

/** Writes an encoder with random weights into a folder, with tokenizer and config as the hub has them, and opens it. */
export async function writeRandomEncoder(parent: string, shape: EncoderShape): Promise<EncoderModel> {
  const folder = join(parent, shape.name);
  mkdirSync(join(folder, "onnx"), { recursive: true });
  const file = openSync(join(folder, "onnx", "model.onnx"), "w");
  for (const chunk of encoderGraph(shape, uniformNumbers(1)))
    for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
  closeSync(file);
  const words = Array.from({ length: shape.vocabulary - SPECIAL_TOKENS.length }, (_, index) => `w${index}`);
  const special = (name: string) => ({ SpecialToken: { id: name, type_id: 0 } });
  const token = (name: string) => ({ id: name, ids: [SPECIAL_TOKENS.indexOf(name)], tokens: [name] });
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [special("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, special("[SEP]")],
      pair: [],
      special_tokens: { "[CLS]": token("[CLS]"), "[SEP]": token("[SEP]") },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries([...SPECIAL_TOKENS, ...words].map((word, id) => [word, id])),
    },
  };
  const tokenizerConfig = {
    tokenizer_class: "BertTokenizer",
    model_max_length: 512,
    cls_token: "[CLS]",
    sep_token: "[SEP]",
    pad_token: "[PAD]",
    unk_token: "[UNK]",
  };
  const config = {
    model_type: MODEL_TYPES[shape.architecture],
    vocab_size: shape.vocabulary,
    hidden_size: shape.width,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    intermediate_size: shape.feedForward,
    max_position_embeddings: shape.positions,
    pad_token_id: 1,
  };
  const contents = { "tokenizer.json": tokenizer, "tokenizer_config.json": tokenizerConfig, "config.json": config };
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), JSON.stringify(content));
  return openEncoderModel({ folder, name: shape.name, revision: "random" }, new AbortController().signal);
}
