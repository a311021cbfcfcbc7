import type { Dataset } from "../dataset/dataset.ts";
import { openTaskItems } from "../dataset/task-items.ts";
import type { BackendRequest } from "../domain/answer.ts";
import { throwIfAborted, UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import type { Protocol } from "../domain/protocol.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { buildRequest } from "../task/build-request.ts";

export interface PreviewOptions {
  /** Template, already chosen. */
  readonly prompt: string;
  readonly protocol: Protocol;
  readonly shots: number;
  /** Id of the item; default: the first. */
  readonly item?: string | undefined;
}

/** What a backend would be asked for one item of a dataset. Throws `UsageError` when there is no such item. */
export async function previewRequest(
  dataset: Dataset,
  { prompt, protocol, shots, item: id }: PreviewOptions,
  signal: AbortSignal,
): Promise<{ readonly item: Item; readonly request: BackendRequest }> {
  const { manifest } = dataset;
  const common = {
    name: manifest.name,
    dataset,
    prompt,
    items: manifest.items,
    ...(shots === 0 ? {} : { shots }),
    maxTokens: manifest.defaults.maxTokens ?? 1,
    stop: manifest.defaults.stop ?? [],
  };
  const task: ResolvedTask =
    manifest.type === "multiple-choice"
      ? { ...common, type: "multiple-choice", protocol, primary: "acc" }
      : { ...common, type: "generation", kind: manifest.kind ?? "chat", postFilters: [] };
  const source = await openTaskItems(task, signal);
  try {
    for (let index = 0; index < source.count; index += 1) {
      throwIfAborted(signal);
      const item = await source.item(index);
      if (id === undefined || item.id === id)
        return { item, request: buildRequest(task, item, { temperature: 0, seed: 0 }) };
    }
  } finally {
    await source.close();
  }
  throw new UsageError(`dataset ${manifest.name} has no item "${id ?? ""}"`, {
    hint: `ids stand in ${dataset.folder}/${manifest.file}`,
  });
}
