import { RunError } from "../domain/errors.ts";

const TIMEOUT_MS = 15_000;

/** Posts a message as JSON; `id` tells receivers of one that comes twice. Throws `RunError` unless it is answered with success; redirects are refused. */
export async function sendWebhook(url: string, id: string, message: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-quantgate-delivery": id },
    body: JSON.stringify(message),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new RunError("the webhook can't be reached", { cause });
  });
  await response.body?.cancel();
  if (!response.ok) throw new RunError(`the webhook answered ${response.status}`);
}
