/** Variables of the environment. */
type Variables = Readonly<Record<string, string | undefined>>;

const PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * URL of the proxy that leads to an http or https URL by the usual variables: `HTTPS_PROXY` or `HTTP_PROXY` (by the URL's scheme, small letters first),
 * unless `NO_PROXY` names its host. An entry of NO_PROXY is a host, which stands for its subdomains too (`.host` and `*.host` are the same), may have
 * a port, or is `*` for all. `undefined`: straight.
 */
export function proxyFor(url: string, variables: Variables): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const read = (name: string): string => (variables[name] ?? variables[name.toUpperCase()] ?? "").trim();
  const proxy = read(protocol === "https:" ? "https_proxy" : "http_proxy");
  if (proxy === "") return undefined;
  const entries = read("no_proxy").split(/[,\s]+/);
  const spared = entries.some((entry) =>
    isSpared(entry.toLowerCase(), hostname.toLowerCase(), port || PORTS[protocol]),
  );
  if (spared) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function isSpared(entry: string, host: string, port: string | undefined): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const [, name = "", wanted] = /^(\[.*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (wanted !== undefined && wanted !== port) return false;
  const bare = name.replace(/^\*?\./, "").replace(/^\[|\]$/g, "");
  const asked = host.replace(/^\[|\]$/g, "");
  return bare !== "" && (asked === bare || asked.endsWith(`.${bare}`));
}

/** A proxy's URL without its credentials, for messages. */
export function proxyName(proxy: string): string {
  return URL.canParse(proxy) ? new URL(proxy).host : "that is no URL";
}
