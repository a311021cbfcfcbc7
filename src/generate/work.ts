import type { ItemSource } from "../dataset/item-source.ts";
import type { BackendRequest, Sampling } from "../domain/answer.ts";
import type { Item } from "../domain/item.ts";
import type { Pass } from "../domain/pass.ts";
import type { Unit } from "../plan/plan.ts";
import type { ProgressIndex } from "../plan/progress-index.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";
import { buildRequest, hashRequest } from "../task/build-request.ts";

/** One item to be asked of one variant. */
export interface Work {
  readonly variant: string;
  readonly task: string;
  readonly pass: Pass;
  readonly item: Item;
  readonly request: BackendRequest;
  readonly promptHash: string;
}

/** The items of units that have not ended yet, in order, made when asked for. */
export async function* workOf(
  units: readonly Unit[],
  sources: ReadonlyMap<string, ItemSource>,
  done: ProgressIndex,
  spec: ResolvedSpec,
): AsyncGenerator<Work> {
  for (const { variant, task, pass, from, to } of units) {
    const source = sources.get(task.name);
    if (source === undefined) throw new Error(`no items were opened for task ${task.name}`);
    for (let index = from; index < to; index += 1) {
      if (done.has({ variant: variant.id, task: task.name, index, pass })) continue;
      const item = await source.item(index);
      const request = buildRequest(task, item, samplingOf(pass, spec));
      yield { variant: variant.id, task: task.name, pass, item, request, promptHash: hashRequest(request) };
    }
  }
}

/** Greedy but for the sampling passes, which each have a seed of their own. */
function samplingOf(pass: Pass, { seed, sampling }: ResolvedSpec): Sampling {
  if (pass === "main" || pass === "repeat" || sampling === undefined) return { temperature: 0, seed };
  return { temperature: sampling.temperature, seed: seed + Number(pass.slice("sample-".length)) };
}
