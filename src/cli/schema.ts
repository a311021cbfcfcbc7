import { specJsonSchema } from "../spec/schema.ts";

/** `quantgate schema`: the JSON Schema of a spec file. */
export function schema(): void {
  process.stdout.write(`${JSON.stringify(specJsonSchema(), null, 2)}\n`);
}
