import { join } from "node:path";
import { UsageError } from "../domain/errors.ts";

/** Which hub is asked, as whom, and where its files are kept. */
export interface HubSettings {
  /** The hub's address, without a slash at the end. */
  readonly endpoint: string;
  /** Access token; sent to the endpoint only. */
  readonly token: string | undefined;
  /** Where files are kept, shared by all runs of this user. */
  readonly folder: string;
  /** Whether nothing may be asked of the network. */
  readonly offline: boolean;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";
const YES = new Set(["1", "true", "yes", "on"]);

/**
 * Settings from the environment, by the names the Hugging Face libraries use: HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_OFFLINE.
 * Files are kept in a folder of their own inside HF_HOME (default: ~/.cache/huggingface, or $XDG_CACHE_HOME/huggingface), as plain
 * files: ONNX Runtime refuses the symbolic links of the Python library's cache where a model has external data.
 * Throws UsageError when HF_ENDPOINT is no http address.
 */
export function hubSettings(
  env: Readonly<Record<string, string | undefined>>,
  homeFolder: string,
  options: { readonly offline?: boolean } = {},
): HubSettings {
  const cache = nonEmpty(env.XDG_CACHE_HOME) ?? join(homeFolder, ".cache");
  const home = nonEmpty(env.HF_HOME) ?? join(cache, "huggingface");
  return {
    endpoint: parseEndpoint(nonEmpty(env.HF_ENDPOINT) ?? DEFAULT_ENDPOINT),
    token: nonEmpty(env.HF_TOKEN),
    folder: join(home, "quantgate"),
    offline: options.offline ?? YES.has((env.HF_HUB_OFFLINE ?? "").toLowerCase()),
  };
}

function nonEmpty(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === "" ? undefined : trimmed;
}

function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw new UsageError(`HF_ENDPOINT is no http address: ${text}`, { hint: `for example ${DEFAULT_ENDPOINT}` });
  return text.replace(/\/+$/, "");
}
