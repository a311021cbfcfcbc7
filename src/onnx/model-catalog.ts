import { isAbsolute, resolve } from "node:path";
import { parseRepository, type Repository } from "../hub/repository.ts";

/** Short names of models that are often wanted, with the repositories whose ONNX exports are used. */
const CATALOG: Readonly<Record<string, string>> = {
  "roberta-large": "FacebookAI/roberta-large",
  "deberta-xlarge-mnli": "microsoft/deberta-xlarge-mnli",
  "all-mpnet-base-v2": "sentence-transformers/all-mpnet-base-v2",
  "all-MiniLM-L6-v2": "sentence-transformers/all-MiniLM-L6-v2",
};

/** The encoder that comes with QuantGate, for demonstrations. */
export const DEMO_ENCODER = "demo-encoder";

/** Where a model is, as its name says. */
export type ModelSource =
  | { readonly kind: "bundled"; readonly name: string }
  | { readonly kind: "folder"; readonly name: string; readonly folder: string }
  | { readonly kind: "hub"; readonly name: string; readonly repository: Repository };

/**
 * Reads a model's name: the bundled encoder, a short name, `owner/name` or `owner/name@revision` on the hub, or a folder, whose name
 * starts with a dot or is absolute. Throws UsageError when it is none of these.
 */
export function modelSource(name: string): ModelSource {
  if (name === DEMO_ENCODER) return { kind: "bundled", name };
  if (name.startsWith(".") || isAbsolute(name))
    return { kind: "folder", name: folderName(name), folder: resolve(name) };
  const [short = "", revision] = name.split("@");
  const id = Object.hasOwn(CATALOG, short) ? CATALOG[short] : undefined;
  if (id === undefined) {
    const repository = parseRepository(name, "model");
    return { kind: "hub", name: shortName(repository.id), repository };
  }
  return {
    kind: "hub",
    name: short,
    repository: parseRepository(revision === undefined ? id : `${id}@${revision}`, "model"),
  };
}

/** The short name of a repository, where it has one. */
function shortName(id: string): string {
  return Object.entries(CATALOG).find(([, known]) => known === id)?.[0] ?? id;
}

function folderName(path: string): string {
  return resolve(path).split(/[\\/]/).at(-1) ?? path;
}
