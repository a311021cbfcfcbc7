import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { specJsonSchema } from "../../src/spec/schema.ts";

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/**
 * Where a document breaks a schema, as paths; just the keywords that `z.toJSONSchema` writes for a spec. Throws for one that it doesn't know,
 * so that nothing is passed over.
 */
function violations(schema: Json, value: unknown, path = "$", root = schema): string[] {
  const known = new Set(
    "$schema $defs $ref title description default type properties required additionalProperties propertyNames items anyOf oneOf const enum minItems minLength minimum maximum exclusiveMinimum pattern format".split(
      " ",
    ),
  );
  for (const keyword of Object.keys(schema))
    if (!known.has(keyword)) throw new Error(`${path}: unknown keyword ${keyword}`);
  if (typeof schema.$ref === "string") {
    const named = isObject(root.$defs) ? root.$defs[schema.$ref.replace("#/$defs/", "")] : undefined;
    if (!isObject(named)) throw new Error(`${path}: ${schema.$ref} leads nowhere`);
    return violations(named, value, path, root);
  }
  const wrong: string[] = [];
  const claim = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(`${path}: ${what}`);
  };
  const alternatives = [...listOf(schema.anyOf), ...listOf(schema.oneOf)];
  if (alternatives.length > 0)
    claim(
      alternatives.some((each) => violations(each, value, path, root).length === 0),
      "fits no alternative",
    );
  if ("const" in schema) claim(value === schema.const, "const");
  if (Array.isArray(schema.enum)) claim(schema.enum.includes(value), "enum");
  switch (schema.type) {
    case "object":
      claim(isObject(value), "object");
      break;
    case "array":
      claim(Array.isArray(value), "array");
      break;
    case "integer":
      claim(Number.isInteger(value), "integer");
      break;
    case undefined:
      break;
    default:
      claim(typeof value === schema.type, String(schema.type));
  }
  if (typeof schema.pattern === "string" && typeof value === "string")
    claim(new RegExp(schema.pattern).test(value), "pattern");
  if (typeof schema.minItems === "number" && Array.isArray(value)) claim(value.length >= schema.minItems, "minItems");
  if (Array.isArray(value) && isObject(schema.items)) {
    const { items } = schema;
    wrong.push(...value.flatMap((entry, index) => violations(items, entry, `${path}[${index}]`, root)));
  }
  if (isObject(value)) {
    const properties = isObject(schema.properties) ? schema.properties : {};
    for (const key of Array.isArray(schema.required) ? schema.required : [])
      claim(String(key) in value, `${key} missing`);
    for (const [key, entry] of Object.entries(value)) {
      const property = properties[key] ?? schema.additionalProperties;
      if (isObject(property)) wrong.push(...violations(property, entry, `${path}.${key}`, root));
      else claim(property !== false, `${key} unknown`);
    }
  }
  return wrong;
}

describe("the JSON Schema of a spec", () => {
  const schema = specJsonSchema();
  const demo: unknown = parse(readFileSync(join(import.meta.dirname, "..", "..", "examples", "demo.yaml"), "utf8"));

  it("is a draft 2020-12 schema with a title", () => {
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "QuantGate evaluation spec",
      type: "object",
      additionalProperties: false,
    });
  });

  it("describes the demo", () => {
    expect(violations(schema, demo)).toEqual([]);
  });

  it("refuses what the loader refuses", () => {
    expect(violations(schema, { ...(demo as Json), taks: [] })).toEqual(["$: taks unknown"]);
    expect(violations(schema, { ...(demo as Json), models: [] })).toEqual(["$.models: minItems"]);
    expect(violations(schema, { ...(demo as Json), backends: { a: { type: "lama" } } })).toEqual([
      "$.backends.a: fits no alternative",
    ]);
    const { tasks: _, ...noTasks } = demo as Json;
    expect(violations(schema, noTasks)).toEqual(["$: tasks missing"]);
  });

  it("asks only for what has no default", () => {
    expect(schema.required).toEqual(["backends", "models", "tasks"]);
  });

  it("describes every key of the top", () => {
    const properties = schema.properties as Readonly<Record<string, Json>>;
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(demo as Json)));
    for (const [key, property] of Object.entries(properties))
      expect(property.description, key).toEqual(expect.any(String));
  });
});
