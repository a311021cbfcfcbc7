import type { EarlierLook, RunManifest, TaskFacts } from "../store/manifest.ts";
import { readManifest } from "../store/read-manifest.ts";
import type { RunStore } from "../store/run-store.ts";

/** Runs of a model that are looked through, newest first. */
const MOST_RUNS = 100;

/**
 * Completed runs of the same name that asked the same variants fewer items of the same data by the same template, or items of another sample
 * (drawn by another seed). One of another name is
 * another evaluation, such as a smoke test, whose result decides nothing here. A run that is damaged or deleted meanwhile doesn't count.
 */
export async function findEarlierLooks(
  store: RunStore,
  manifest: Pick<RunManifest, "spec" | "tasks">,
): Promise<readonly EarlierLook[]> {
  const ids = new Set<string>();
  for (const { name } of manifest.spec.models) {
    const { runs } = await store.find({ model: name, statuses: ["completed"] }, { limit: MOST_RUNS });
    for (const run of runs) if (run.name === manifest.spec.name) ids.add(run.id);
  }
  const looks: EarlierLook[] = [];
  for (const id of ids) {
    const earlier = await store.open(id).then(readManifest, () => undefined);
    const look = earlier === undefined ? undefined : lookOf(earlier, manifest);
    if (look !== undefined) looks.push(look);
  }
  return looks;
}

/** What an earlier run took of a task's data, where this one takes more or others; as many or fewer of its items are no new evidence. */
function differentItems(task: TaskFacts, before: TaskFacts): EarlierLook["tasks"] {
  const [own, theirs] = [new Set(task.sample?.ids), before.sample];
  const resampled =
    task.sample?.idsSha256 !== theirs?.idsSha256 && !isPartOf(theirs?.ids, own) && !covers(before, task);
  if (resampled) return [{ task: task.task, items: before.items, sample: theirs?.idsSha256 ?? "first" }];
  return before.items < task.items ? [{ task: task.task, items: before.items }] : [];
}

/** Whether all ids are among the others; a task without a sample takes the data's first items, whose ids nobody knows here. */
function isPartOf(ids: readonly string[] | undefined, others: ReadonlySet<string>): boolean {
  return ids?.every((id) => others.has(id)) ?? false;
}

/** Whether an earlier sample has all of this one: less of the same evidence. */
function covers(before: TaskFacts, { sample }: TaskFacts): boolean {
  return isPartOf(sample?.ids, new Set(before.sample?.ids));
}

function lookOf(earlier: RunManifest, { spec, tasks }: Pick<RunManifest, "spec" | "tasks">): EarlierLook | undefined {
  const asked = new Set(earlier.spec.models.flatMap((model) => model.variants.map(({ id }) => id)));
  const variants = spec.models.flatMap((model) => model.variants.map(({ id }) => id)).filter((id) => asked.has(id));
  const grown = tasks.flatMap((task) => {
    const before = earlier.tasks.find(
      ({ datasetSha256, templateSha256 }) =>
        datasetSha256 === task.datasetSha256 && templateSha256 === task.templateSha256,
    );
    return before === undefined ? [] : differentItems(task, before);
  });
  if (variants.length === 0 || grown.length === 0) return undefined;
  return { run: earlier.id, variants, tasks: grown, declared: earlier.spec.looks ?? 1 };
}
