import { escapeTerminal } from "../report/escape.ts";
import type { RunList } from "../service/api/api-schemas.ts";
import { interruptSignal } from "./interrupt.ts";
import { clientOf, type RemoteOptions } from "./remote.ts";
import { type ListOptions, selectionOf } from "./run-selection.ts";

const PAGE = 200;

/** `quantgate runs --server`: the runs of a server, newest first. */
export async function remoteRuns(options: RemoteOptions & Omit<ListOptions, "runs">): Promise<void> {
  const { filter, limit } = selectionOf(options);
  const client = clientOf(options);
  const signal = interruptSignal();
  const cards: RunList["runs"] = [];
  const { statuses, ...others } = filter;
  const [status] = statuses ?? [];
  // The API takes one status; of several the others are left out here.
  const query = { limit: PAGE, ...others, ...(statuses?.length === 1 && status !== undefined ? { status } : {}) };
  let after: string | undefined;
  do {
    const { runs, next } = await client.runs({ ...query, ...(after === undefined ? {} : { after }) }, { signal });
    cards.push(...runs.filter(({ status }) => statuses === undefined || statuses.includes(status)));
    after = next;
  } while (after !== undefined && cards.length < limit);
  cards.splice(limit);
  if (options.json === true) process.stdout.write(`${JSON.stringify(cards, null, 2)}\n`);
  else if (cards.length === 0) process.stdout.write("no runs\n");
  for (const { id, status, overall, models } of options.json === true ? [] : cards)
    process.stdout.write(
      `${escapeTerminal(id)}  ${status.padEnd(11)}  ${(overall ?? "not decided").padEnd(12)}  ${escapeTerminal(models.join(", "))}\n`,
    );
}
