import { evaluationServices, findDatasets, openStore } from "../compose.ts";
import { InterruptedError, UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { resumeRun, startRun } from "../pipeline/evaluate.ts";
import { newRunId } from "../pipeline/run-id.ts";
import { loadSpec } from "../spec/load.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";
import { conclude, type OutputOptions } from "./conclude.ts";
import { interruptSignal } from "./interrupt.ts";
import { progressLine } from "./progress-line.ts";

export interface RunOptions extends OutputOptions {
  readonly resume?: string;
  readonly runs?: string;
}

/** `quantgate run`: evaluates a spec, or goes on with a run, and concludes it. */
export async function run(specPath: string | undefined, options: RunOptions): Promise<void> {
  if ((specPath === undefined) === (options.resume === undefined)) {
    throw new UsageError("give either a spec file or --resume <id>", { hint: "quantgate run examples/demo.yaml" });
  }
  const signal = interruptSignal();
  const env = readEnv(process.env);
  const start = specPath === undefined ? undefined : await loadSpec(specPath, findDatasets(env));
  await evaluate(start ?? { resume: options.resume ?? "" }, options, signal);
}

/** Starts or resumes, with progress on stderr, then analyzes and prints. */
export async function evaluate(
  what: ResolvedSpec | { readonly resume: string },
  options: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const env = readEnv(process.env);
  const runsFolder = options.runs ?? env.runsFolder;
  const store = openStore(runsFolder);
  const services = evaluationServices(store);
  const onProgress = options.quiet === true ? () => {} : progressLine(process.stderr, () => performance.now());
  const id = "resume" in what ? what.resume : newRunId(what.name, services.now(), Math.random);
  try {
    await ("resume" in what
      ? resumeRun(id, services, { onProgress, signal })
      : startRun(what, id, services, { onProgress, signal }));
  } catch (error) {
    if (error instanceof InterruptedError) {
      throw new InterruptedError("interrupted; what was answered is kept", {
        cause: error,
        hint: `quantgate run --resume ${id} goes on with it`,
      });
    }
    throw error;
  }
  onProgress({ kind: "analyzing" });
  await conclude(await store.open(id), options, signal);
}
