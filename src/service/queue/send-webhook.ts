import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { messageOf, RunError } from "../../domain/errors.ts";

const TIMEOUT_MS = 15_000;

export interface Webhook {
  readonly url: string;
  /** Finds the host's addresses, and may refuse them. */
  readonly lookup: LookupFunction;
}

/** Posts a message as JSON; `id` tells receivers of one that comes twice. Throws `RunError` unless it is answered with success; redirects are refused. */
export async function sendWebhook({ url, lookup }: Webhook, id: string, message: object): Promise<void> {
  const body = JSON.stringify(message);
  const send = new URL(url).protocol === "https:" ? httpsRequest : httpRequest;
  const sent = send(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-quantgate-delivery": id,
    },
    lookup,
    // One that isn't kept has no state that the next could find broken.
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  sent.end(body);
  const [response] = (await once(sent, "response").catch((cause: unknown) => {
    throw new RunError("the webhook can't be reached", { cause, hint: messageOf(cause) });
  })) as [IncomingMessage];
  const { statusCode = 0 } = response;
  // Whatever follows is of no interest, nor how it breaks off.
  sent.on("error", () => {});
  response.destroy();
  if (statusCode < 200 || statusCode >= 300) throw new RunError(`the webhook answered ${statusCode}`);
}
