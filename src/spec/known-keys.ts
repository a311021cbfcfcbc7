import { closest, distance } from "fastest-levenshtein";
import { contentAt } from "./content-at.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** The keys a JSON Schema allows at a path of a document; of a union's branches, those that fit what the document says there. */
export function knownKeysAt(schema: JsonSchema, path: readonly PropertyKey[], content: unknown): readonly string[] {
  let value = content;
  let nodes: JsonSchema[] = branches(schema, value);
  for (const key of path) {
    value = contentAt(value, [key]);
    nodes = nodes.flatMap((node) => step(node, key)).flatMap((node) => branches(node, value));
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

function branches(node: JsonSchema, value: unknown): JsonSchema[] {
  const alternatives = [...asList(node.anyOf), ...asList(node.oneOf), ...asList(node.allOf)];
  return [node, ...alternatives.filter((each) => agrees(each, value)).flatMap((each) => branches(each, value))];
}

/** False where the schema fixes a property, such as a backend's `type`, to another value than the document has. */
function agrees(node: JsonSchema, value: unknown): boolean {
  return Object.entries(asSchema(node.properties) ?? {}).every(([key, property]) => {
    const fixed = asSchema(property)?.const;
    return fixed === undefined || contentAt(value, [key]) === fixed;
  });
}

function asList(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.map(asSchema).filter((entry) => entry !== undefined) : [];
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;
}
