import { openStore } from "../compose.ts";
import { RunError } from "../domain/errors.ts";
import { hasEnded } from "../domain/run-status.ts";
import { readEnv } from "../env.ts";
import { escapeTerminal } from "../report/escape.ts";
import { exportRun } from "../store/export-run.ts";
import { type ListedRun, listRun } from "../store/listed-run.ts";
import type { RunFilter, RunStore } from "../store/run-store.ts";
import { interruptSignal } from "./interrupt.ts";
import { type ListOptions, selectionOf } from "./run-selection.ts";

interface StoreOptions {
  readonly runs?: string;
}

const PAGE = 200;

/** `quantgate runs`: the runs of a store that fit, newest first. */
export async function runs(options: ListOptions): Promise<void> {
  const { filter, limit } = selectionOf(options);
  const cards = await findAll(storeOf(options), filter, limit);
  if (options.json === true) process.stdout.write(`${JSON.stringify(cards, null, 2)}\n`);
  else if (cards.length === 0) process.stdout.write("no runs\n");
  else for (const card of cards) process.stdout.write(`${lineOf(card)}\n`);
}

/** `quantgate runs delete`: deletes runs for good. One that isn't at its end only with `--force`; one that a process is writing never. */
export async function deleteRuns(
  ids: readonly string[],
  options: StoreOptions & { readonly force?: boolean },
): Promise<void> {
  const store = storeOf(options);
  // All are looked at before any is deleted.
  for (const id of ids) {
    const card = listRun(id, await (await store.open(id)).read("manifest.json"), undefined);
    const isOver = card.status === "unknown" || card.status === "interrupted" || hasEnded(card.status);
    if (!isOver && options.force !== true)
      throw new RunError(`run ${id} is ${card.status}`, { hint: "cancel it first, or give --force" });
  }
  for (const id of ids) {
    await store.remove(id);
    process.stdout.write(`deleted ${id}\n`);
  }
}

/** `quantgate runs export`: writes everything that is kept of a run into a folder, as a store of files keeps it. */
export async function exportStored(id: string, folder: string, options: StoreOptions): Promise<void> {
  const files = await exportRun(await storeOf(options).open(id), folder, interruptSignal());
  process.stdout.write(`${files.join("\n")}\n`);
}

function storeOf(options: StoreOptions): RunStore {
  return openStore(options.runs ?? readEnv(process.env).runsFolder);
}

async function findAll(store: RunStore, filter: RunFilter, limit: number): Promise<readonly ListedRun[]> {
  const cards: ListedRun[] = [];
  for (let after: string | undefined; cards.length < limit; ) {
    const page = { limit: Math.min(PAGE, limit - cards.length), ...(after === undefined ? {} : { after }) };
    const { runs: found, more } = await store.find(filter, page);
    cards.push(...found);
    after = found.at(-1)?.id;
    if (!more || after === undefined) break;
  }
  return cards;
}

function lineOf({ id, status, overall, models }: ListedRun): string {
  return `${id}  ${status.padEnd(11)}  ${(overall ?? "not decided").padEnd(12)}  ${escapeTerminal(models.join(", "))}`;
}
