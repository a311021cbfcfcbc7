import { resolve } from "node:path";
import { evaluationServices, findDatasets, openStore } from "../compose.ts";
import { InterruptedError, RunBusyError, UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { loadPolicy } from "../gate/policies.ts";
import { POLICY_NAMES } from "../gate/policy-schema.ts";
import { ownPolicy } from "../pipeline/own-policy.ts";
import type { Author } from "../pipeline/record-verdicts.ts";
import { resumeRun } from "../pipeline/resume-run.ts";
import { newRunId } from "../pipeline/run-id.ts";
import { startRun } from "../pipeline/start-run.ts";
import { loadSpec } from "../spec/load.ts";
import { matchVariants } from "../spec/match-variants.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";
import { readManifest } from "../store/read-manifest.ts";
import { whoCalls } from "./author.ts";
import { decide, type OutputOptions, storedBaselines } from "./decide.ts";
import { interruptSignal } from "./interrupt.ts";
import { progressLine } from "./progress-line.ts";

export interface RunOptions extends OutputOptions {
  readonly resume?: string;
  readonly retryErrored?: boolean;
  readonly policy?: readonly string[];
  /** Commander's name for `--no-gate`: false when it was given. */
  readonly gate?: boolean;
  /** False for `--no-probe`. */
  readonly probe?: boolean;
  /** False for `--no-cache`. */
  readonly cache?: boolean;
}

/** `quantgate run`: evaluates a spec, or goes on with a run; decides, reports, and exits by the verdict. */
export async function run(specPath: string | undefined, options: RunOptions): Promise<void> {
  if ((specPath === undefined) === (options.resume === undefined)) {
    throw new UsageError("give either a spec file or --resume <id>", { hint: "quantgate run examples/demo.yaml" });
  }
  if (options.retryErrored === true && options.resume === undefined) {
    throw new UsageError("--retry-errored asks the errored items of a run again", { hint: "add --resume <id>" });
  }
  const signal = interruptSignal();
  const spec = specPath === undefined ? undefined : await loadSpec(specPath, findDatasets(readEnv(process.env)));
  process.exitCode = await evaluate(spec ?? { resume: options.resume ?? "" }, options, signal);
}

/** Starts or resumes, with progress on stderr, then concludes; returns the verdict's exit code. */
export async function evaluate(
  what: ResolvedSpec | { readonly resume: string },
  options: RunOptions,
  signal: AbortSignal,
): Promise<number> {
  const runsFolder = options.runs ?? readEnv(process.env).runsFolder;
  const store = openStore(runsFolder);
  const services = evaluationServices(store, readEnv(process.env), {
    probe: options.probe !== false,
    answerCache: options.cache !== false,
  });
  const resumed = "resume" in what ? await store.open(what.resume) : undefined;
  const stored = resumed === undefined ? undefined : await readManifest(resumed);
  const asked = askedPolicy(options.policy);
  // What a new run is asked to be decided by is its own policy from then on.
  const spec = stored?.spec ?? withPolicy(what as ResolvedSpec, asked);
  // Wrong names are told before anything runs.
  const own =
    resumed === undefined || stored === undefined ? await loadPolicy(spec.policy) : await ownPolicy(resumed, stored);
  const policy = asked === undefined ? own : await loadPolicy(asked);
  for (const name of options.variant ?? []) matchVariants(name, spec.models, "--variant");
  await storedBaselines(spec.models, options);

  const onProgress = options.quiet === true ? () => {} : progressLine(process.stderr, () => performance.now());
  const id = "resume" in what ? what.resume : newRunId(what.name, services.now(), Math.random);
  try {
    const evaluation = { onProgress, signal, retryErrored: options.retryErrored === true };
    await (resumed === undefined ? startRun(spec, id, services, evaluation) : resumeRun(id, services, evaluation));
  } catch (error) {
    const interrupted = error instanceof InterruptedError;
    // CI reads the reports of a run that failed or ran out of time, too; they say what is missing.
    if (interrupted ? wantsReports(options) : !(error instanceof RunBusyError)) await concludeUnfinished(id);
    if (!interrupted) throw error;
    const hint = `quantgate run --resume ${id} goes on with it`;
    throw new InterruptedError("interrupted; what was answered is kept", { cause: error, hint });
  }
  onProgress({ kind: "analyzing" });
  const { verdicts } = await decide(await store.open(id), policy, { ...options, record: record() }, signal);
  return options.gate === false ? 0 : verdicts.exitCode;

  function record(): Author {
    return { by: whoCalls(process.env), how: "run", at: services.now(), own };
  }

  async function concludeUnfinished(unfinished: string): Promise<void> {
    const ids = await store.list();
    if (!ids.includes(unfinished)) return;
    // The signal has fired when the run was interrupted; a second interrupt ends the process at once.
    const ownSignal = new AbortController().signal;
    await decide(await store.open(unfinished), policy, { ...options, quiet: true, record: record() }, ownSignal).catch(
      () => {},
    );
  }
}

function withPolicy(spec: ResolvedSpec, policy: readonly string[] | undefined): ResolvedSpec {
  return policy === undefined ? spec : { ...spec, policy };
}

/** Policy files by their paths, whatever the folder that the run is decided from later. */
function askedPolicy(named: readonly string[] | undefined): readonly string[] | undefined {
  return named?.map((each) => (POLICY_NAMES.some((name) => name === each) ? each : resolve(each)));
}

/** Whether somebody waits for reports even of a run that was interrupted; a person at a terminal doesn't. */
function wantsReports({ junit, markdown }: RunOptions): boolean {
  return junit !== undefined || markdown !== undefined || process.env.GITHUB_STEP_SUMMARY !== undefined;
}
