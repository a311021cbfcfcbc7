import { closest, distance } from "fastest-levenshtein";

type JsonSchema = Readonly<Record<string, unknown>>;

/** The keys a JSON Schema allows at a path, all branches of a union taken together. */
export function knownKeysAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  let nodes: JsonSchema[] = branches(schema);
  for (const key of path) {
    nodes = nodes.flatMap((node) => step(node, key)).flatMap(branches);
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(asSchema(node.properties) ?? {})))];
}

/** The nearest of the candidates, or `undefined` when none is near enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const lower = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const best = closest(word.toLowerCase(), [...lower.keys()]);
  const limit = Math.max(2, Math.floor(word.length / 2));
  return distance(word.toLowerCase(), best) <= limit ? lower.get(best) : undefined;
}

function step(node: JsonSchema, key: PropertyKey): JsonSchema[] {
  const next =
    typeof key === "number"
      ? asSchema(node.items)
      : (asSchema(asSchema(node.properties)?.[String(key)]) ?? asSchema(node.additionalProperties));
  return next === undefined ? [] : [next];
}

function branches(node: JsonSchema): JsonSchema[] {
  const alternatives = [...asList(node.anyOf), ...asList(node.oneOf), ...asList(node.allOf)];
  return alternatives.length === 0 ? [node] : [node, ...alternatives.flatMap(branches)];
}

function asList(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.map(asSchema).filter((entry) => entry !== undefined) : [];
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;
}
