import { createRequire } from "node:module";
import { z } from "zod";

const PackageSchema = z.looseObject({ version: z.string() });

/** The inference engine and its version, e.g. `onnxruntime-node=1.30.0`; part of every recipe. */
export function runtimeVersion(): string {
  const { version } = PackageSchema.parse(createRequire(import.meta.url)("onnxruntime-node/package.json"));
  return `onnxruntime-node=${version}`;
}
