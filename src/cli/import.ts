import { openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { loadPolicy } from "../gate/policies.ts";
import { type ImportSource, importRun } from "../import/import-run.ts";
import { packageVersion } from "../package-root.ts";
import { newRunId } from "../pipeline/run-id.ts";
import { whoCalls } from "./author.ts";
import { decide, type OutputOptions } from "./decide.ts";
import { interruptSignal } from "./interrupt.ts";
import { openResults, quantizationOf } from "./results-argument.ts";

interface ImportOptions extends OutputOptions {
  readonly model: string;
  readonly task?: readonly string[];
  readonly metric?: readonly string[];
  readonly policy?: string;
  /** Commander's name for `--no-gate`: false when it was given. */
  readonly gate?: boolean;
}

/** `quantgate import`: makes a run of other tools' results, decides, reports, and exits by the verdict. */
export async function importResults(named: readonly string[], options: ImportOptions): Promise<void> {
  const { model, task, metric, baseline, ...output } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(model))
    throw new UsageError(`--model: "${model}" is no name: letters, digits, '.', '_', ':' and '-'`);
  const signal = interruptSignal();
  const sources: ImportSource[] = [];
  for (const argument of named) sources.push(...(await openResults(argument, signal)));
  for (const [index, { quantization }] of sources.entries())
    if (sources.findIndex((each) => each.quantization === quantization) !== index)
      throw new UsageError(`two results are labelled ${quantization}`, { hint: "give each a label of its own" });
  if (options.policy !== undefined) await loadPolicy(options.policy);
  const store = openStore(options.runs ?? readEnv(process.env).runsFolder);
  const now = (): Date => new Date();
  const request = {
    id: newRunId(model, now(), Math.random),
    model,
    sources,
    ...(baseline === undefined ? {} : { baseline: quantizationOf(baseline, "--baseline") }),
    ...(task === undefined ? {} : { tasks: task }),
    ...(metric === undefined ? {} : { metrics: metric }),
    ...(options.policy === undefined ? {} : { policy: options.policy }),
  };
  const { run, policy, remarks } = await importRun(request, { store, now, version: packageVersion() }, signal);
  if (options.quiet !== true) {
    for (const remark of remarks) process.stderr.write(`${remark}\n`);
    if (options.policy === undefined) process.stderr.write(`policy: ${policy} (choose with --policy)\n`);
  }
  const own = await loadPolicy(policy);
  const record = { by: whoCalls(process.env), how: "import", at: new Date(), own };
  const { verdicts } = await decide(run, own, { ...output, record }, signal);
  process.exitCode = options.gate === false ? 0 : verdicts.exitCode;
}
