import { join } from "node:path";
import { findDatasets } from "../compose.ts";
import { readEnv } from "../env.ts";
import { packageRoot } from "../package-root.ts";
import { loadSpec } from "../spec/load.ts";
import { interruptSignal } from "./interrupt.ts";
import { evaluate, type RunOptions } from "./run.ts";

/** `quantgate demo`: the bundled model at seven quantizations. Completing is its success; what the model lost is its subject. */
export async function demo(options: RunOptions): Promise<void> {
  const signal = interruptSignal();
  const spec = await loadSpec(join(packageRoot(), "examples", "demo.yaml"), findDatasets(readEnv(process.env)));
  if (options.quiet !== true) {
    process.stderr.write(
      "The demo model has 2.6 million parameters and was made to be small, not useful. Nothing is downloaded.\n",
    );
  }
  // Always the real thing: nothing is taken from an earlier run.
  await evaluate(spec, { ...options, cache: false }, signal);
}
