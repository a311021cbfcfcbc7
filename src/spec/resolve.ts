import { dirname, resolve as resolvePath } from "node:path";
import type { DatasetFinder } from "../dataset/find.ts";
import { UsageError } from "../domain/errors.ts";
import { parseQuantization } from "../domain/quantization.ts";
import type { BackendConfig } from "./backend-schema.ts";
import { chooseBaseline } from "./choose-baseline.ts";
import { EXTERNAL_BASELINE } from "./external-baseline.ts";
import { findSource } from "./find-source.ts";
import { nearest } from "./known-keys.ts";
import { located, type Place } from "./located.ts";
import { matchVariants } from "./match-variants.ts";
import type { Located } from "./parse.ts";
import { resolveTask } from "./resolve-task.ts";
import type { ResolvedModel, ResolvedSpec, ResolvedTask, ResolvedVariant } from "./resolved.ts";
import type { ParsedSpec } from "./schema.ts";

/** Looks up every name, makes paths absolute (relative to the spec file) and checks what can be checked before anything runs. */
export async function resolveSpec(
  spec: Located<ParsedSpec>,
  specPath: string,
  findDataset: DatasetFinder,
): Promise<ResolvedSpec> {
  const folder = dirname(resolvePath(specPath));
  const { value, place } = spec;
  unique(
    value.models.map((model) => model.name),
    (index) => `${place(["models", index, "name"])}: two models are named "${value.models[index]?.name}"`,
  );

  const models: ResolvedModel[] = [];
  for (const [index, model] of value.models.entries())
    models.push(await resolveModel(value, model, index, folder, place));
  const tasks: ResolvedTask[] = [];
  for (const [index, task] of value.tasks.entries())
    tasks.push(
      withOwnMetrics(await resolveTask(task, ["tasks", index], folder, place, findDataset), value.scorers.own),
    );
  unique(
    tasks.map((task) => task.name),
    (index) => `${place(["tasks", index])}: two tasks are named "${tasks[index]?.name}"; give one a "name"`,
  );
  const { name, seed, repeat, sampling, dollarsPerHour, looks } = value;
  const { own } = value.scorers;
  const external = models.findIndex((model) => model.baseline.external);
  if (repeat !== undefined && external >= 0)
    throw new UsageError(
      `${place(["repeat"])}: "repeat" asks a baseline twice, and model "${models[external]?.name}" has none in this run`,
      { hint: "ask for it in the run that is the baseline" },
    );
  const policyOf = (named: string): string => (/^[./~]/.test(named) ? resolvePath(folder, named) : named);
  const policy = typeof value.policy === "string" ? policyOf(value.policy) : value.policy.map(policyOf);
  const candidates = value.candidates?.flatMap((asked, index) =>
    matchVariants(asked, models, place(["candidates", index])),
  );
  return {
    name,
    seed,
    models,
    tasks,
    scorers: {
      ...value.scorers,
      bertscore: { ...value.scorers.bertscore, model: modelPath(value.scorers.bertscore.model, folder) },
      coherence: { ...value.scorers.coherence, model: modelPath(value.scorers.coherence.model, folder) },
      ...(own === undefined ? {} : { own: absolutePaths(own, folder) }),
    },
    policy,
    ...(candidates === undefined ? {} : { candidates }),
    ...(dollarsPerHour === undefined ? {} : { dollarsPerHour }),
    ...(repeat === undefined ? {} : { repeat }),
    ...(sampling === undefined ? {} : { sampling }),
    ...(looks === 1 ? {} : { looks }),
  };
}

/** Every generation task is also scored by the user's own scorers. */
function withOwnMetrics(task: ResolvedTask, own: Readonly<Record<string, string>> | undefined): ResolvedTask {
  return own === undefined || task.type !== "generation" ? task : { ...task, ownMetrics: Object.keys(own).sort() };
}

function absolutePaths(paths: Readonly<Record<string, string>>, folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, resolvePath(folder, path)]));
}

/** Absolute when it is a folder, as it is when it is a name. */
function modelPath(model: string, folder: string): string {
  return /^[./~]/.test(model) ? resolvePath(folder, model) : model;
}

async function resolveModel(
  spec: ParsedSpec,
  model: ParsedSpec["models"][number],
  index: number,
  folder: string,
  place: Place,
): Promise<ResolvedModel> {
  const variants: ResolvedVariant[] = [];
  const declared: boolean[] = [];
  for (const [position, variant] of model.variants.entries()) {
    const path = ["models", index, "variants", position];
    const type = parseQuantization(variant.quantization) ?? variant.quantization.trim();
    const label = variant.label?.trim();
    const otherType = label === undefined ? undefined : parseQuantization(label);
    if (otherType !== undefined && otherType !== type)
      throw new UsageError(
        `${place([...path, "label"])}: the label "${label}" is the name of another type than ${type}`,
        {
          hint: `call it what it is (\`quantization: ${otherType}\`), or something else`,
        },
      );
    const quantization = label ?? type;
    const { backendName, backend: named } = backendOf(spec, variant.backend, path, place);
    const backend = withKeyBeside(named, folder);
    const source = await located(place([...path, "model"]), () => findSource(backend, type, variant.model, folder));
    variants.push({
      id: `${model.name}/${quantization}@${backendName}`,
      model: model.name,
      quantization,
      ...(label === undefined ? {} : { labelledOver: type }),
      backendName,
      backend,
      source,
    });
    declared.push(variant.baseline ?? false);
  }
  unique(
    variants.map((variant) => variant.id),
    (position) => `${place(["models", index, "variants", position])}: duplicate variant ${variants[position]?.id}`,
    "two files of one type need a `label` each, or one of them: `label: imatrix`",
  );

  if (model.baseline === "external") {
    const path = ["models", index, "variants", declared.indexOf(true), "baseline"];
    if (declared.includes(true))
      throw new UsageError(`${place(path)}: model "${model.name}" has an external baseline and one of its own`, {
        hint: "keep one of the two",
      });
    return { name: model.name, variants, baseline: EXTERNAL_BASELINE };
  }
  const choice = chooseBaseline(
    variants.map(({ id, quantization, labelledOver = quantization }, position) => ({
      id,
      quantization: labelledOver,
      declared: declared[position] ?? false,
    })),
  );
  if (choice.kind === "unclear") {
    throw new UsageError(
      `${place(["models", index])}: model "${model.name}": the baseline is unclear: ${choice.problem}`,
      {
        hint: "mark exactly one variant with `baseline: true`",
      },
    );
  }
  return { name: model.name, variants, baseline: { variant: choice.variant, reason: choice.reason } };
}

function backendOf(spec: ParsedSpec, name: string | undefined, path: readonly PropertyKey[], place: Place) {
  const names = Object.keys(spec.backends);
  const [only] = names;
  if (name === undefined && names.length !== 1) {
    throw new UsageError(
      `${place(path)}: which backend? ${names.length === 0 ? "none is defined" : `defined are ${names.join(", ")}`}`,
      {
        hint: 'add `backend: <name>` to the variant, with the name of an entry under "backends"',
      },
    );
  }
  const backendName = name ?? only ?? "";
  const backend = Object.hasOwn(spec.backends, backendName) ? spec.backends[backendName] : undefined;
  if (backend === undefined) {
    const meant = nearest(backendName, names);
    throw new UsageError(`${place([...path, "backend"])}: unknown backend "${backendName}"`, {
      hint: meant === undefined ? `defined under "backends": ${names.join(", ")}` : `did you mean "${meant}"?`,
    });
  }
  return { backendName, backend };
}

/** A key file, like every other file of a spec, is relative to the spec file. */
function withKeyBeside(backend: BackendConfig, folder: string): BackendConfig {
  if (!("apiKeyFile" in backend) || backend.apiKeyFile === undefined) return backend;
  return { ...backend, apiKeyFile: resolvePath(folder, backend.apiKeyFile) };
}

function unique(keys: readonly string[], complaint: (index: number) => string, hint?: string): void {
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    if (seen.has(key)) throw new UsageError(complaint(index), hint === undefined ? {} : { hint });
    seen.add(key);
  }
}
