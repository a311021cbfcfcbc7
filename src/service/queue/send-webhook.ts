import type { LookupFunction } from "node:net";
import { messageOf, RunError } from "../../domain/errors.ts";
import { dispatcherBy } from "../../network/dispatcher.ts";

const TIMEOUT_MS = 15_000;

export interface Webhook {
  readonly url: string;
  /** Finds the host's addresses, and may refuse them. */
  readonly lookup: LookupFunction;
  /** URL of the proxy that leads there; absent: straight. */
  readonly proxy?: string;
}

/** Posts a message as JSON; `id` tells receivers of one that comes twice. Throws `RunError` unless it is answered with success; redirects are refused. */
export async function sendWebhook({ url, ...route }: Webhook, id: string, message: object): Promise<void> {
  // One that isn't kept has no state that the next could find broken.
  const dispatcher = await dispatcherBy(route);
  try {
    const { statusCode, body } = await dispatcher.request({
      origin: new URL(url).origin,
      path: url.slice(new URL(url).origin.length) || "/",
      method: "POST",
      headers: { "content-type": "application/json", "x-quantgate-delivery": id },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // Whatever follows is of no interest, nor how it breaks off.
    body.on("error", () => {}).destroy();
    if (statusCode < 200 || statusCode >= 300) throw new RunError(`the webhook answered ${statusCode}`);
  } catch (error) {
    if (error instanceof RunError) throw error;
    throw new RunError("the webhook can't be reached", { cause: error, hint: messageOf(error) });
  } finally {
    dispatcher.destroy().catch(() => {});
  }
}
