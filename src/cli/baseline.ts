import { openStore } from "../compose.ts";
import { readEnv } from "../env.ts";
import type { Verdicts } from "../gate/verdict.ts";
import { lastPassing, runNamed } from "../pipeline/find-baseline.ts";
import { baselineNamed, baselineNames, LAST_PASSING, nameBaseline } from "../pipeline/named-baselines.ts";
import { escapeTerminal } from "../report/escape.ts";
import { readManifest } from "../store/read-manifest.ts";
import type { RunStore } from "../store/run-store.ts";

interface BaselineOptions {
  readonly runs?: string;
  readonly json?: boolean;
}

interface BaselineRow {
  readonly name: string;
  /** Of `last-passing`: whose newest passing run it is. */
  readonly model?: string;
  readonly run: string;
  /** The run was deleted. */
  readonly missing?: true;
  readonly startedAt?: string;
  readonly overall?: string;
  readonly baselines: readonly { readonly model: string; readonly variant: string; readonly weightsDigest?: string }[];
}

/** `quantgate baseline set`: gives a run a name. */
export async function setBaseline(name: string, runId: string, options: BaselineOptions): Promise<void> {
  await nameBaseline(name, runId, storeOf(options));
  process.stdout.write(`${name} is run ${runId}\n`);
}

/** `quantgate baseline list`: every name with its run, and the newest passing run of each model. */
export async function listBaselines(options: BaselineOptions): Promise<void> {
  const store = storeOf(options);
  const rows: BaselineRow[] = [];
  for (const name of await baselineNames(store)) rows.push(await rowOf(name, store));
  for (const model of await modelsOf(store)) {
    const id = await lastPassing(model, store);
    if (id !== undefined) rows.push({ ...(await describeRun(LAST_PASSING, id, store)), model });
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length === 0)
    process.stdout.write(
      "no baselines; `quantgate baseline set <name> <run>` names one, and a run that passes is one\n",
    );
  else for (const row of rows) process.stdout.write(`${escapeTerminal(lineOf(row))}\n`);
}

/** `quantgate baseline show`: what is behind a name. */
export async function showBaseline(name: string, options: BaselineOptions): Promise<void> {
  const store = storeOf(options);
  const row = await describeRun(name, await runNamed(name, store), store);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(row, null, 2)}\n`);
    return;
  }
  const lines = [
    lineOf(row),
    ...row.baselines.map(
      ({ model, variant, weightsDigest }) => `  ${model}: ${variant}, weights ${weightsDigest ?? "digest not told"}`,
    ),
    ...(row.baselines.length === 0 ? ["  it has no baseline of its own, so no run can be held against it"] : []),
  ];
  for (const line of lines) process.stdout.write(`${escapeTerminal(line)}\n`);
}

function storeOf(options: BaselineOptions): RunStore {
  return openStore(options.runs ?? readEnv(process.env).runsFolder);
}

async function rowOf(name: string, store: RunStore): Promise<BaselineRow> {
  const run = (await baselineNamed(name, store)) ?? "";
  return (await store.list()).includes(run)
    ? describeRun(name, run, store)
    : { name, run, missing: true, baselines: [] };
}

async function describeRun(name: string, id: string, store: RunStore): Promise<BaselineRow> {
  const run = await store.open(id);
  const { spec, identities, startedAt } = await readManifest(run);
  const verdicts = await run.read("verdicts.json");
  return {
    name,
    run: id,
    startedAt,
    overall: verdicts === undefined ? "not decided" : (JSON.parse(verdicts) as Verdicts).overall,
    baselines: spec.models
      .filter((model) => !model.baseline.external)
      .map((model) => {
        const weightsDigest = identities[model.baseline.variant]?.weightsDigest;
        return {
          model: model.name,
          variant: model.baseline.variant,
          ...(weightsDigest === undefined ? {} : { weightsDigest }),
        };
      }),
  };
}

async function modelsOf(store: RunStore): Promise<readonly string[]> {
  const models = new Set<string>();
  for (let after: string | undefined; ; ) {
    const { runs, more } = await store.find(
      { overall: "pass" },
      { limit: 100, ...(after === undefined ? {} : { after }) },
    );
    for (const run of runs) for (const model of run.models) models.add(model);
    after = runs.at(-1)?.id;
    if (!more || after === undefined) return [...models].sort();
  }
}

function lineOf({ name, model, run, missing, startedAt, overall, baselines }: BaselineRow): string {
  if (missing) return `${name}  run ${run}, which is no longer there`;
  const models = model ?? baselines.map((each) => each.model).join(", ");
  return `${name}  ${run}  ${startedAt ?? ""}  ${overall ?? ""}  ${models}`;
}
