import { type Change, mayMatter, type VariantPair } from "../analyze/manifest-changes.ts";
import type { ControlledRerun } from "../report/investigation.ts";
import type { BackendConfig } from "../spec/backend-schema.ts";
import type { ResolvedSpec, ResolvedTask, ResolvedVariant } from "../spec/resolved.ts";
import type { SpecInput } from "../spec/schema.ts";
import { specInputOf } from "./spec-input.ts";

export interface RerunContext {
  readonly reference: ResolvedSpec;
  readonly newer: ResolvedSpec;
  readonly pairs: readonly VariantPair[];
  readonly changes: readonly Change[];
  /** Variants and tasks that are in question; where several changed alike, one of these is chosen. */
  readonly suspects: readonly string[];
}

/** The rerun for the likeliest cause; `undefined` when nothing changed that could be one. */
export function planRerun({ reference, newer, pairs, changes, suspects }: RerunContext): ControlledRerun | undefined {
  // What another tool asked it has to ask again.
  if ([reference, newer].some(isImported)) return undefined;
  const [likeliest] = changes.filter(mayMatter);
  if (likeliest === undefined) return undefined;
  // Several fields tell of the same change, such as the digest and the name of a file.
  const sameKind = changes.filter(({ kind }) => kind === likeliest.kind);
  for (const change of sameKind) {
    const target = change.where.find((each) => suspects.includes(each)) ?? change.where[0];
    const spec = putBack(change, target, { reference, newer, pairs });
    if (spec !== undefined) return { change: likeliest, ...named(target), by: "spec", spec: rerunSpec(spec) };
  }
  return { change: likeliest, ...named(likeliest.where[0]), by: "hand", spec: rerunSpec(newer) };
}

function isImported({ tasks }: ResolvedSpec): boolean {
  return tasks.some(({ imported }) => imported !== undefined);
}

function named(target: string | undefined): { readonly target?: string } {
  return target === undefined ? {} : { target };
}

function rerunSpec(spec: ResolvedSpec): SpecInput {
  return specInputOf({ ...spec, name: `${spec.name}-put-back` });
}

/** The newer spec with one change undone, or `undefined` where a spec can't say it. */
function putBack(
  { kind, field }: Change,
  target: string | undefined,
  { reference, newer, pairs }: Pick<RerunContext, "reference" | "newer" | "pairs">,
): ResolvedSpec | undefined {
  switch (kind) {
    case "weights":
    case "quantization":
    case "backend":
    case "setting": {
      const pair = pairs.find((each) => each.newer.id === target);
      return pair === undefined ? undefined : putVariantBack(newer, pair, kind, field);
    }
    case "template":
    case "dataset":
    case "task": {
      const task = reference.tasks.find((each) => each.name === target);
      return task === undefined ? undefined : putTaskBack(newer, task, kind, field);
    }
    case "sampling":
      return { ...newer, seed: reference.seed };
    case "scorer":
      return JSON.stringify(reference.scorers) === JSON.stringify(newer.scorers)
        ? undefined
        : { ...newer, scorers: reference.scorers };
    case "build":
    case "program":
    case "host":
      return undefined;
  }
}

function putVariantBack(
  newer: ResolvedSpec,
  pair: VariantPair,
  kind: "weights" | "quantization" | "backend" | "setting",
  field: string,
): ResolvedSpec | undefined {
  const { quantization, source, backendName, backend } = pair.reference;
  switch (kind) {
    case "weights":
      return source === pair.newer.source || !sameBackend(pair)
        ? undefined
        : withVariant(newer, pair.newer.id, { source });
    case "quantization":
      return sameBackend(pair) ? withVariant(newer, pair.newer.id, { quantization, source }) : undefined;
    case "backend":
      return withVariant(newer, pair.newer.id, {
        // Another backend under the old one's name would take the other variants along.
        backendName: backendName === pair.newer.backendName ? "put-back" : backendName,
        backend,
        source,
      });
    case "setting":
      return withSetting(newer, pair, field);
  }
}

function putTaskBack(
  newer: ResolvedSpec,
  task: ResolvedTask,
  kind: "template" | "dataset" | "task",
  field: string,
): ResolvedSpec | undefined {
  switch (kind) {
    case "template":
      return withTask(newer, task.name, { prompt: task.prompt });
    case "dataset":
      return newer.tasks.some(({ dataset }) => dataset.folder === task.dataset.folder)
        ? undefined
        : withTask(newer, task.name, { dataset: task.dataset });
    case "task":
      return withTaskField(newer, task, field);
  }
}

function sameBackend({ reference, newer }: VariantPair): boolean {
  return reference.backend.type === newer.backend.type;
}

function withVariant(spec: ResolvedSpec, id: string, change: Partial<ResolvedVariant>): ResolvedSpec {
  const changed = (variant: ResolvedVariant): ResolvedVariant => {
    const next = { ...variant, ...change };
    return { ...next, id: `${next.model}/${next.quantization}@${next.backendName}` };
  };
  const idOf = (old: string): string => {
    const variant = spec.models.flatMap((model) => model.variants).find((each) => each.id === old);
    return old === id && variant !== undefined ? changed(variant).id : old;
  };
  return {
    ...spec,
    models: spec.models.map((model) => ({
      ...model,
      variants: model.variants.map((variant) => (variant.id === id ? changed(variant) : variant)),
      baseline: { ...model.baseline, variant: idOf(model.baseline.variant) },
    })),
    ...(spec.candidates === undefined ? {} : { candidates: spec.candidates.map(idOf) }),
  };
}

/** A setting belongs to a backend, and so to all its variants. */
function withSetting(spec: ResolvedSpec, { reference, newer }: VariantPair, key: string): ResolvedSpec | undefined {
  if (reference.backend.type !== newer.backend.type) return undefined;
  const [before, after] = [reference.backend, newer.backend] as readonly Readonly<Record<string, unknown>>[];
  if (JSON.stringify(before?.[key]) === JSON.stringify(after?.[key])) return undefined;
  const backend = { ...newer.backend, [key]: before?.[key] } as BackendConfig;
  return {
    ...spec,
    models: spec.models.map((model) => ({
      ...model,
      variants: model.variants.map((variant) =>
        variant.backendName === newer.backendName ? { ...variant, backend } : variant,
      ),
    })),
  };
}

function withTask(
  spec: ResolvedSpec,
  name: string,
  change: Partial<Pick<ResolvedTask, "prompt" | "dataset">>,
): ResolvedSpec {
  return {
    ...spec,
    tasks: spec.tasks.map((task) => {
      if (task.name !== name) return task;
      const next = { ...task, ...change };
      return { ...next, items: Math.min(next.items, next.dataset.manifest.items) };
    }),
  };
}

function withTaskField(spec: ResolvedSpec, reference: ResolvedTask, field: string): ResolvedSpec | undefined {
  const before = (reference as unknown as Readonly<Record<string, unknown>>)[field];
  if (field === "type" || field === "kind") return undefined;
  return {
    ...spec,
    tasks: spec.tasks.map((task) => {
      if (task.name !== reference.name) return task;
      const { [field]: _, ...rest } = task as unknown as Readonly<Record<string, unknown>>;
      return (before === undefined ? rest : { ...rest, [field]: before }) as unknown as ResolvedTask;
    }),
  };
}
