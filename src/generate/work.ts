import type { ItemSource } from "../dataset/item-source.ts";
import type { BackendRequest } from "../domain/answer.ts";
import type { Item } from "../domain/item.ts";
import type { Unit } from "../plan/plan.ts";
import type { ProgressIndex } from "../plan/progress-index.ts";
import { buildRequest, hashRequest } from "../task/build-request.ts";

/** One item to be asked of one variant. */
export interface Work {
  readonly variant: string;
  readonly task: string;
  readonly item: Item;
  readonly request: BackendRequest;
  readonly promptHash: string;
}

/** The items of units that have not ended yet, in order, made when asked for. */
export async function* workOf(
  units: readonly Unit[],
  sources: ReadonlyMap<string, ItemSource>,
  done: ProgressIndex,
  seed: number,
): AsyncGenerator<Work> {
  for (const { variant, task, from, to } of units) {
    const source = sources.get(task.name);
    if (source === undefined) throw new Error(`no items were opened for task ${task.name}`);
    for (let index = from; index < to; index += 1) {
      if (done.has(variant.id, task.name, index)) continue;
      const item = await source.item(index);
      const request = buildRequest(task, item, seed);
      yield { variant: variant.id, task: task.name, item, request, promptHash: hashRequest(request) };
    }
  }
}
