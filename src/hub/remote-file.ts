import { type NetworkDeps, sendRequest } from "./http-request.ts";
import { HubError } from "./hub-error.ts";
import type { HubSettings } from "./hub-settings.ts";
import { fileUrl, type Repository, repositoryKey } from "./repository.ts";

/** What a hub says about a file before it is downloaded. */
export interface RemoteFile {
  /** The commit that the asked revision stands for. */
  readonly commit: string;
  readonly sizeBytes: number;
  /** Digest of the contents: sha256 for large files, git's blob hash for small ones; absent when the server gives another kind. */
  readonly digest?: ContentDigest;
}

export interface ContentDigest {
  readonly algorithm: "sha256" | "git-sha1";
  readonly hex: string;
}

/**
 * Asks a hub about a file; undefined when the repository is there but the file isn't.
 * Throws HubError "unauthorized", "not-found" (repository or revision), "rate-limited", "unreachable" or "bad-response".
 */
export async function describeRemoteFile(
  settings: HubSettings,
  repository: Repository,
  revision: string,
  file: string,
  deps: NetworkDeps,
  signal: AbortSignal,
): Promise<RemoteFile | undefined> {
  const url = fileUrl(settings.endpoint, repository, revision, file);
  let commit: string | null = null;
  const request = {
    url,
    method: "HEAD" as const,
    token: settings.token,
    // The hub itself knows commit, size and digest; the store it redirects to for large files doesn't know all of them.
    isAnswer: ({ headers }: Response) => {
      commit = headers.get("x-repo-commit") ?? commit;
      return headers.has("x-linked-size");
    },
  };
  const response = await sendRequest(request, deps, signal);
  if (response.status === 404 && isMissingEntry(response)) return undefined;
  if (response.status >= 400) throw refusal(response, settings, repository);
  commit = response.headers.get("x-repo-commit") ?? commit;
  const size = Number(response.headers.get("x-linked-size") ?? response.headers.get("content-length") ?? Number.NaN);
  if (commit === null || !/^[0-9a-f]{40}$/.test(commit) || !Number.isSafeInteger(size))
    throw new HubError({
      kind: "bad-response",
      message: `${url}: the answer doesn't name commit and size as a hub's does`,
      hint: "check HF_ENDPOINT: the server there may be no hub, or a proxy changes its answers",
    });
  const digest = digestOf(response.headers.get("x-linked-etag") ?? response.headers.get("etag"));
  return { commit, sizeBytes: size, ...(digest === undefined ? {} : { digest }) };
}

function isMissingEntry(response: Response): boolean {
  return response.headers.get("x-error-code") === "EntryNotFound";
}

function digestOf(etag: string | null): ContentDigest | undefined {
  const hex = etag?.replace(/^W\//, "").replaceAll('"', "") ?? "";
  if (/^[0-9a-f]{64}$/.test(hex)) return { algorithm: "sha256", hex };
  return /^[0-9a-f]{40}$/.test(hex) ? { algorithm: "git-sha1", hex } : undefined;
}

/** The error for a hub's answer that is a refusal. */
export function refusal(response: Response, settings: HubSettings, repository: Repository): HubError {
  const name = repositoryKey(repository);
  const code = response.headers.get("x-error-code") ?? `status ${response.status}`;
  if (response.status === 401 || response.status === 403) {
    const hint =
      settings.token === undefined
        ? "if the name is right, set HF_TOKEN to a token that may read it"
        : "check the name, that the token in HF_TOKEN is valid, and that its owner was given access";
    return new HubError({
      kind: "unauthorized",
      message: `${name} doesn't exist or isn't open to you (${code})`,
      hint,
    });
  }
  if (response.status === 404)
    return new HubError({
      kind: "not-found",
      message: `${name} doesn't exist at ${settings.endpoint} (${code})`,
      hint: "check the owner, the name and the revision",
    });
  return new HubError({
    kind: "bad-response",
    message: `${settings.endpoint} answers ${code} for ${name}`,
    hint: "try again later, or check HF_ENDPOINT",
  });
}
