import { UsageError } from "../domain/errors.ts";
import type { Verdicts } from "../gate/verdict.ts";
import type { ResolvedModel, ResolvedVariant } from "../spec/resolved.ts";
import { LAST_PASSING, type NamedBaselines } from "../store/named-baselines.ts";
import type { Run, RunStore } from "../store/run-store.ts";
import { readManifest } from "./evaluate.ts";
import type { RunManifest } from "./manifest.ts";

/** The baseline variant of a model in a stored run. */
export interface StoredBaseline {
  readonly model: string;
  /** The name it was asked for by. */
  readonly name: string;
  readonly run: Run;
  readonly manifest: RunManifest;
  readonly variant: ResolvedVariant;
}

export interface BaselineSource {
  readonly store: RunStore;
  readonly names: NamedBaselines;
}

/**
 * The stored baseline of a model by a name: one that was given to a run, `last-passing`, or a run's id. Throws `UsageError` when there is none,
 * or its run isn't complete or has no baseline of that model.
 */
export async function findBaseline(
  name: string,
  model: ResolvedModel,
  { store, names }: BaselineSource,
  { except }: { readonly except?: string } = {},
): Promise<StoredBaseline> {
  const id = name === LAST_PASSING ? await lastPassing(model.name, store, { except }) : await runOf(name, store, names);
  if (id === undefined)
    throw new UsageError(`no run of ${model.name} that has a baseline of its own has passed yet`, {
      hint: "`quantgate runs` lists the runs; name one with `quantgate baseline set`",
    });
  const run = await store.open(id);
  const manifest = await readManifest(run);
  const where = name === id ? `run ${id}` : `baseline "${name}", run ${id},`;
  if (manifest.status !== "completed")
    throw new UsageError(`${where} is not complete (${manifest.status})`, {
      hint: `quantgate run --resume ${id} finishes it`,
    });
  const variant = baselineVariant(manifest, model.name);
  if (variant === undefined)
    throw new UsageError(`${where} has no baseline of model ${model.name}`, {
      hint: `it has ${manifest.spec.models.map((each) => each.name).join(", ")}`,
    });
  return { model: model.name, name, run, manifest, variant };
}

/**
 * The newest run of a model whose deciding variants all passed. A run that was itself held against a stored baseline has none to offer, so by
 * default it is passed over.
 */
export async function lastPassing(
  model: string,
  store: RunStore,
  options: { readonly except?: string | undefined; readonly alsoExternal?: boolean } = {},
): Promise<string | undefined> {
  for (const id of await store.list()) {
    if (id === options.except) continue;
    const run = await store.open(id);
    const text = await run.read("verdicts.json");
    if (text === undefined || (JSON.parse(text) as Verdicts).overall !== "pass") continue;
    const manifest = await readManifest(run);
    const has = options.alsoExternal
      ? manifest.spec.models.some((each) => each.name === model)
      : baselineVariant(manifest, model) !== undefined;
    if (has && manifest.status === "completed") return id;
  }
  return undefined;
}

async function runOf(name: string, store: RunStore, names: NamedBaselines): Promise<string> {
  const named = await names.all();
  const id = named.get(name);
  if (id !== undefined) return id;
  if ((await store.list()).includes(name)) return name;
  throw new UsageError(`no baseline "${name}"`, {
    hint: `${named.size === 0 ? "none has a name yet" : `there are ${[...named.keys()].join(", ")}`}; quantgate baseline set ${name} <run> gives the name to a run`,
  });
}

function baselineVariant({ spec }: RunManifest, name: string): ResolvedVariant | undefined {
  const model = spec.models.find((each) => each.name === name);
  return model?.variants.find(({ id }) => id === model.baseline.variant);
}
