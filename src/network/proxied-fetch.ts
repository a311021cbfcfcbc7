import { dispatcherBy } from "./dispatcher.ts";
import { proxyFor } from "./proxy-for.ts";

/** `fetch` by way of the proxies that the variables name. */
export function proxiedFetch(variables: Readonly<Record<string, string | undefined>>): typeof fetch {
  return async (input, init) => {
    const proxy = proxyFor(input instanceof Request ? input.url : String(input), variables);
    if (proxy === undefined) return fetch(input, init);
    // Node's own fetch takes the dispatchers of its own undici only; the two describe the same thing in types of their own.
    const through = (await import("undici")).fetch as unknown as (input: unknown, init: object) => Promise<Response>;
    return through(input, { ...init, dispatcher: await dispatcherBy({ proxy }) });
  };
}
