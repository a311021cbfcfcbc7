import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What PyTorch computes with the exported encoders. */
interface Expected {
  readonly layers: number;
  readonly ids: readonly (readonly number[])[];
  readonly models: Readonly<Record<string, { readonly hidden: readonly (readonly (readonly number[])[])[] }>>;
}

export const EXPECTED: Expected = JSON.parse(readFileSync(new URL("./expected.json", import.meta.url), "utf8"));

/** The path of an exported model. */
export function exportedFile(name: string): string {
  return fileURLToPath(new URL(`./${name}.onnx`, import.meta.url));
}

/** Hidden states of one text after a layer, row after row. */
export function expectedHidden(model: string, text: number, layer: number): readonly number[] {
  const hidden = EXPECTED.models[model]?.hidden[text]?.[layer];
  if (hidden === undefined) throw new RangeError(`no expected numbers for ${model}, text ${text}, layer ${layer}`);
  return hidden;
}
