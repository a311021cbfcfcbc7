import { interruptSignal } from "./interrupt.ts";
import { clientOf, type RemoteOptions } from "./remote.ts";

/** `quantgate cancel`: ends a run of a server for good. */
export async function cancel(id: string, options: RemoteOptions): Promise<void> {
  const { status } = await clientOf(options).cancel(id, { signal: interruptSignal() });
  process.stdout.write(`${id} ${status}\n`);
}
