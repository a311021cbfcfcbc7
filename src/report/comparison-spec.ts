import { stringify } from "yaml";
import type { SpecInput } from "../spec/schema.ts";

/** A spec as a file for `quantgate run`. */
export function specYaml(spec: SpecInput): string {
  return stringify(spec, { aliasDuplicateObjects: false, lineWidth: 0 });
}
