import { manifestJsonSchema } from "../dataset/manifest.ts";
import { mappingJsonSchema } from "../dataset/mapping.ts";
import { policyJsonSchema } from "../gate/policy-schema.ts";
import { specJsonSchema } from "../spec/schema.ts";
import type { SchemaName } from "./schema-names.ts";

const SCHEMAS: Readonly<Record<SchemaName, () => Record<string, unknown>>> = {
  spec: specJsonSchema,
  policy: policyJsonSchema,
  mapping: mappingJsonSchema,
  manifest: manifestJsonSchema,
};

/** `quantgate schema`: the JSON Schema of a file that users write. */
export function schema(file: SchemaName): void {
  process.stdout.write(`${JSON.stringify(SCHEMAS[file](), null, 2)}\n`);
}
