import { isAbsolute, resolve as resolvePath } from "node:path";
import { type Dataset, openDataset } from "../dataset/dataset.ts";
import type { DatasetFinder } from "../dataset/find.ts";
import { HUB_RECIPES } from "../dataset/hub-recipes/recipes.ts";
import type { Manifest } from "../dataset/manifest.ts";
import { countSample } from "../dataset/task-items.ts";
import { UsageError } from "../domain/errors.ts";
import { FIGURES, type Figure, type Protocol } from "../domain/protocol.ts";
import { assertCanShow, choosePrompt } from "./choose-prompt.ts";
import { nearest } from "./known-keys.ts";
import { located, type Place } from "./located.ts";
import type { ResolvedTask } from "./resolved.ts";
import type { ParsedSpec } from "./schema.ts";

type ParsedTask = ParsedSpec["tasks"][number];

const DEFAULT_MAX_TOKENS = { "multiple-choice": 32, generation: 256 } as const;

/** A task with its dataset opened, its prompt chosen and its items counted. */
export async function resolveTask(
  task: ParsedTask,
  path: readonly PropertyKey[],
  folder: string,
  place: Place,
  findDataset: DatasetFinder,
): Promise<ResolvedTask> {
  const dataset = await findOrOpen(task.dataset, place([...path, "dataset"]), folder, findDataset);
  const { manifest } = dataset;
  if (manifest.items === 0)
    throw new UsageError(
      `${place(path)}: task "${task.name ?? manifest.name}" is empty: dataset ${manifest.name} has no items`,
    );
  const items = await countItems(task, path, dataset, place);
  const { sample, shots = 0 } = task;
  const prompt = await located(place([...path, "prompt"]), () => choosePrompt(manifest, task.prompt));
  await located(place([...path, "shots"]), () => assertCanShow(shots, manifest, prompt));
  const common = {
    name: task.name ?? manifest.name,
    dataset,
    prompt,
    items,
    ...(sample === undefined ? {} : { sample }),
    ...(shots === 0 ? {} : { shots }),
    maxTokens: task.maxTokens ?? manifest.defaults.maxTokens ?? DEFAULT_MAX_TOKENS[manifest.type],
    stop: task.stop ?? manifest.defaults.stop ?? [],
  };
  return manifest.type === "multiple-choice"
    ? { ...common, ...multipleChoice(task, path, manifest, place) }
    : { ...common, ...generation(task, path, manifest, place) };
}

/** How many items are asked. */
async function countItems(task: ParsedTask, path: readonly PropertyKey[], dataset: Dataset, place: Place) {
  const { sample, limit } = task;
  const { items } = dataset.manifest;
  if (sample !== undefined && limit !== undefined)
    throw new UsageError(`${place([...path, "limit"])}: give either "limit" or "sample", not both`);
  return located(place([...path, "sample"]), () =>
    sample === undefined ? Math.min(limit ?? items, items) : countSample(dataset, sample, new AbortController().signal),
  );
}

function multipleChoice(task: ParsedTask, path: readonly PropertyKey[], manifest: Manifest, place: Place) {
  if (task.postFilters !== undefined)
    throw new UsageError(
      `${place([...path, "postFilters"])}: "postFilters" belong to generation tasks; ${manifest.name} is multiple-choice`,
    );
  const protocol = task.protocol ?? manifest.defaults.protocol ?? "letter-logprob";
  const primary = primaryFigure(protocol, task.primary, manifest.defaults.primary, place([...path, "primary"]));
  return { type: "multiple-choice", protocol, primary } as const;
}

function generation(task: ParsedTask, path: readonly PropertyKey[], manifest: Manifest, place: Place) {
  for (const key of ["protocol", "primary"] as const)
    if (task[key] !== undefined)
      throw new UsageError(
        `${place([...path, key])}: "${key}" belongs to multiple-choice tasks; ${manifest.name} is a generation task`,
      );
  return {
    type: "generation",
    kind: manifest.kind ?? "chat",
    postFilters: task.postFilters ?? manifest.defaults.postFilters ?? [],
  } as const;
}

function primaryFigure(
  protocol: Protocol,
  asked: Figure | undefined,
  declared: Figure | undefined,
  where: string,
): Figure {
  const figures: readonly Figure[] = FIGURES[protocol];
  if (asked !== undefined && !figures.includes(asked)) {
    throw new UsageError(`${where}: "${asked}" is no figure of ${protocol}; it has ${figures.join(", ")}`);
  }
  const preferred = asked ?? (declared !== undefined && figures.includes(declared) ? declared : undefined);
  return preferred ?? figures[0] ?? "acc";
}

async function findOrOpen(name: string, where: string, folder: string, findDataset: DatasetFinder): Promise<Dataset> {
  if (name.startsWith(".") || isAbsolute(name)) return located(where, () => openDataset(resolvePath(folder, name)));
  const found = await findDataset.folderOf(name);
  if (found === undefined) {
    const names = await findDataset.names();
    const meant = nearest(name, names);
    throw new UsageError(`${where}: unknown dataset "${name}"`, {
      hint: HUB_RECIPES.has(name)
        ? `fetch it: quantgate datasets pull ${name}`
        : meant === undefined
          ? "`quantgate datasets list` shows what there is; a folder starts with ./"
          : `did you mean "${meant}"?`,
    });
  }
  return located(where, () => openDataset(found));
}
