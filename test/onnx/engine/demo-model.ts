import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EncoderModel, openEncoderModel } from "../../../src/onnx/encoder-model.ts";

const DEMO = fileURLToPath(new URL("../../../models/demo-encoder", import.meta.url));

/** A copy of the bundled demo encoder in `parent`, so that cut models don't end up in the repository. */
export async function demoModel(parent: string): Promise<EncoderModel> {
  const folder = join(parent, "demo-encoder");
  await cp(DEMO, folder, { recursive: true, filter: (path) => !path.endsWith("training") });
  return openEncoderModel({ folder, name: "demo-encoder", revision: "1.0.0" }, new AbortController().signal);
}
