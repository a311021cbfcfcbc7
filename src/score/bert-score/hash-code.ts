/** What decides a BERTScore beside the texts. */
export interface HashedSettings {
  readonly model: string;
  readonly layer: number;
  readonly idf: boolean;
  /** Version of the implementation. */
  readonly version: string;
  /** What ran the model, with its version, e.g. `hug_trans=4.40.0`. */
  readonly runtime: string;
  readonly rescaled: "no" | "published" | "custom";
  /** Whether the tokenizer treats a RoBERTa text's first word unlike the others, as Hugging Face's fast tokenizers do. */
  readonly fastTokenizer: boolean;
}

/** The reference implementation's hash code, e.g. `roberta-large_L17_no-idf_version=0.3.12(hug_trans=4.40.0)-rescaled`. */
export function hashCode(recipe: HashedSettings): string {
  const { model, layer, idf, version, runtime, rescaled, fastTokenizer } = recipe;
  const scale = { no: "", published: "-rescaled", custom: "-custom-rescaled" }[rescaled];
  const tokenizer = fastTokenizer ? "_fast-tokenizer" : "";
  return `${model}_L${layer}${idf ? "_idf" : "_no-idf"}_version=${version}(${runtime})${scale}${tokenizer}`;
}
