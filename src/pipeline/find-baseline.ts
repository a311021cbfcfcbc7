import { UsageError } from "../domain/errors.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import { readManifest } from "../store/read-manifest.ts";
import type { Run, RunStore } from "../store/run-store.ts";
import { baselineNamed, baselineNames, LAST_PASSING } from "./named-baselines.ts";

/** The baseline variant of a model in a stored run. */
export interface StoredBaseline {
  readonly model: string;
  /** The name it was asked for by. */
  readonly name: string;
  readonly run: Run;
  readonly manifest: RunManifest;
  readonly variant: ResolvedVariant;
}

/** Runs that are looked at together. */
const PAGE = 100;

/**
 * The stored baseline of a model by a name: one that was given to a run, `last-passing`, or a run's id. Throws `UsageError` when there is none,
 * or its run isn't complete or has no baseline of that model.
 */
export async function findBaseline(
  name: string,
  model: string,
  store: RunStore,
  { except }: { readonly except?: string | undefined } = {},
): Promise<StoredBaseline> {
  const id = name === LAST_PASSING ? await lastPassingBaseline(model, store, except) : await runNamed(name, store);
  const run = await store.open(id);
  const manifest = await readManifest(run);
  const where = name === id ? `run ${id}` : `baseline "${name}", run ${id},`;
  if (manifest.status !== "completed")
    throw new UsageError(`${where} is not complete (${manifest.status})`, {
      hint: `quantgate run --resume ${id} finishes it`,
    });
  const variant = baselineVariant(manifest, model);
  if (variant === undefined)
    throw new UsageError(`${where} has no baseline of model ${model}`, {
      hint: `it has ${manifest.spec.models.map((each) => each.name).join(", ")}`,
    });
  return { model, name, run, manifest, variant };
}

/** The newest complete run of a model that passed by its own policy, among those that are older than `before`. */
export async function lastPassing(
  model: string,
  store: RunStore,
  { before }: { readonly before?: string } = {},
): Promise<string | undefined> {
  for await (const id of passing(model, store, before)) return id;
  return undefined;
}

/** Complete runs of a model that passed by their own policy, newest first: a verdict that somebody saved by another one afterwards proves nothing. */
async function* passing(model: string, store: RunStore, before: string | undefined): AsyncGenerator<string> {
  for (let after = before; ; ) {
    const { runs, more } = await store.find(
      { model, overall: "pass", statuses: ["completed"] },
      { limit: PAGE, ...(after === undefined ? {} : { after }) },
    );
    for (const { id, ownPolicy } of runs) if (ownPolicy === true) yield id;
    after = runs.at(-1)?.id;
    if (!more || after === undefined) return;
  }
}

/** The run of that name or id. Throws `UsageError` when there is none. */
export async function runNamed(name: string, store: RunStore): Promise<string> {
  if (name === LAST_PASSING) throw new UsageError(`"${name}" is another run for each model; name a run`);
  const id = await baselineNamed(name, store);
  if (id !== undefined) return id;
  if ((await store.list()).includes(name)) return name;
  const names = await baselineNames(store);
  throw new UsageError(`neither a run nor a baseline is called "${name}"`, {
    hint: `${names.length === 0 ? "no run is a baseline yet" : `there are ${names.join(", ")}`}; \`quantgate runs\` lists the runs`,
  });
}

/** A run that was itself held against a stored baseline has none to offer, and is passed over. */
async function lastPassingBaseline(model: string, store: RunStore, except: string | undefined): Promise<string> {
  for await (const id of passing(model, store, undefined)) {
    if (id !== except && baselineVariant(await readManifest(await store.open(id)), model) !== undefined) return id;
  }
  throw new UsageError(`no run of ${model} with a baseline of its own has passed yet`, {
    hint: "`quantgate runs` lists the runs; name one with `quantgate baseline set`",
  });
}

function baselineVariant({ spec }: RunManifest, name: string): ResolvedVariant | undefined {
  const model = spec.models.find((each) => each.name === name);
  return model?.variants.find(({ id }) => id === model.baseline.variant);
}
