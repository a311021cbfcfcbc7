import { interruptSignal } from "./interrupt.ts";
import { clientOf, type FollowOptions, follow, type RemoteOptions } from "./remote.ts";

/** `quantgate watch`: follows a run of a server and exits by its verdict. */
export async function watch(id: string, options: RemoteOptions & FollowOptions): Promise<void> {
  process.exitCode = await follow(clientOf(options), id, options, interruptSignal());
}
