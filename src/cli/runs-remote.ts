import type { RunList } from "../http/api-schemas.ts";
import { escapeTerminal } from "../report/escape.ts";
import { interruptSignal } from "./interrupt.ts";
import { clientOf, type RemoteOptions } from "./remote.ts";

const PAGE = 200;

/** `quantgate runs --server`: the runs of a server, newest first. */
export async function remoteRuns(options: RemoteOptions & { readonly json?: boolean }): Promise<void> {
  const client = clientOf(options);
  const signal = interruptSignal();
  const cards: RunList["runs"] = [];
  let after: string | undefined;
  do {
    const { runs, next } = await client.runs({ limit: PAGE, ...(after === undefined ? {} : { after }) }, { signal });
    cards.push(...runs);
    after = next;
  } while (after !== undefined);
  if (options.json === true) process.stdout.write(`${JSON.stringify(cards, null, 2)}\n`);
  else if (cards.length === 0) process.stdout.write("no runs\n");
  for (const { id, status, overall, models } of options.json === true ? [] : cards)
    process.stdout.write(
      `${escapeTerminal(id)}  ${status.padEnd(11)}  ${(overall ?? "not decided").padEnd(12)}  ${escapeTerminal(models.join(", "))}\n`,
    );
}
