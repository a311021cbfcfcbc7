import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { InterruptedError, messageOf, RunError, throwIfAborted } from "../domain/errors.ts";
import { gitSha1OfFile, sha256OfFile } from "../files/file-digest.ts";
import { type NetworkDeps, sendRequest } from "./http-request.ts";
import { HubError } from "./hub-error.ts";
import { PartialFile } from "./partial-file.ts";
import type { ContentDigest } from "./remote-file.ts";

export interface Download {
  readonly url: string;
  /** Sent to the address's own origin only. */
  readonly token?: string | undefined;
  /** Where the file appears, complete and checked, or not at all. */
  readonly path: string;
  /** What the file must be; without a size or digest nothing can be checked but that the transfer was whole. */
  readonly sizeBytes?: number;
  readonly digest?: ContentDigest;
  /** Turns an answer with a status of 400 or more into an error. */
  readonly refusal: (response: Response) => Error;
  readonly onProgress?: (receivedBytes: number) => void;
}

export interface DownloadedFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Connections that may break in a row without a byte arriving. */
const MOST_BREAKS = 5;

/**
 * Downloads a file, continues after broken connections and earlier attempts, checks size and digest, and moves it to its place.
 * Throws HubError "unreachable", "hash-mismatch", "bad-response" or what `refusal` makes; what has arrived stays for the next attempt,
 * except when it is wrong.
 */
export async function downloadFile(
  download: Download,
  deps: NetworkDeps,
  signal: AbortSignal,
): Promise<DownloadedFile> {
  const tag = download.digest?.hex.slice(0, 16) ?? "new";
  const part = await PartialFile.claim(download.path, tag, deps.now());
  try {
    const file = await receive(download, part, deps, signal);
    await rename(part.path, download.path);
    return file;
  } catch (error) {
    const wrong = error instanceof HubError && error.kind === "hash-mismatch";
    await (wrong || download.digest === undefined ? part.discard() : part.release());
    if (isDiskError(error))
      throw new RunError(`${download.path} can't be written: ${messageOf(error)}`, {
        hint: "make room on the disk, or set HF_HOME to a folder with room",
        cause: error,
      });
    throw error;
  }
}

async function receive(
  download: Download,
  part: PartialFile,
  deps: NetworkDeps,
  signal: AbortSignal,
): Promise<DownloadedFile> {
  const handle = await open(part.path, "a");
  try {
    let breaks = 0;
    let furthest = await part.sizeBytes();
    for (;;) {
      throwIfAborted(signal);
      const before = await part.sizeBytes();
      if (before === download.sizeBytes) break;
      const outcome = await transfer(download, handle, before, deps, signal);
      if (outcome === "complete") break;
      // What is received a second time, after a beginning anew, is no progress.
      const now = await part.sizeBytes();
      breaks = now > furthest ? 1 : breaks + 1;
      furthest = Math.max(furthest, now);
      if (breaks >= MOST_BREAKS) throw broken(download, outcome);
      await deps.sleep(1_000 * 2 ** (breaks - 1), signal);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return check(download, part, signal);
}

/** Receives until the end or until the connection breaks; gives the failure in that case. */
async function transfer(
  download: Download,
  handle: FileHandle,
  from: number,
  deps: NetworkDeps,
  signal: AbortSignal,
): Promise<"complete" | Error> {
  const { url, token, refusal } = download;
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const response = await sendRequest({ url, method: "GET", token, headers }, deps, signal);
  // The server has no such range, or knows no ranges: from the beginning.
  const anew = response.status === 416 || (response.status === 200 && from > 0);
  if (anew) await handle.truncate(0);
  if (response.status === 416) {
    await response.body?.cancel();
    return new Error("the server refused to continue");
  }
  if (response.status >= 400) throw refusal(response);
  const position = anew ? 0 : from;
  const wrong = wrongAnswer(response, position, download);
  if (wrong !== undefined) {
    await response.body?.cancel();
    throw wrong;
  }
  return append(response, position, download, handle, signal);
}

/** What shows before the first byte that an answer can't be the wanted file from `position` on. */
function wrongAnswer(response: Response, position: number, { url, sizeBytes }: Download): HubError | undefined {
  if (response.status === 206 && !response.headers.get("content-range")?.startsWith(`bytes ${position}-`))
    return new HubError({
      kind: "bad-response",
      message: `${url}: the server sent another part of the file than was asked for`,
      hint: "try again, or check the proxy in between",
    });
  const announced = totalBytes(response);
  return sizeBytes === undefined || announced === undefined || announced === sizeBytes
    ? undefined
    : mismatch(url, `it has ${announced} bytes, not ${sizeBytes}`);
}

/** Writes an answer's body to the end of the file, which has `from` bytes; gives the failure when the connection breaks. */
async function append(
  response: Response,
  from: number,
  { url, sizeBytes, onProgress }: Download,
  handle: FileHandle,
  signal: AbortSignal,
): Promise<"complete" | Error> {
  let position = from;
  try {
    for await (const chunk of response.body ?? []) {
      if (sizeBytes !== undefined && position + chunk.length > sizeBytes)
        throw mismatch(url, "it is longer than the hub said");
      await writeAll(handle, chunk);
      position += chunk.length;
      onProgress?.(position);
    }
  } catch (error) {
    if (signal.aborted) throw new InterruptedError("interrupted", { cause: signal.reason });
    if (error instanceof HubError || isDiskError(error)) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
  return sizeBytes !== undefined && position < sizeBytes ? new Error("the connection ended early") : "complete";
}

/** Size of the whole file as the server tells it; undefined when it doesn't, or packs what it sends. */
function totalBytes({ status, headers }: Response): number | undefined {
  if (headers.has("content-encoding")) return undefined;
  const told = status === 206 ? headers.get("content-range")?.split("/")[1] : headers.get("content-length");
  return told != null && /^\d+$/.test(told) ? Number(told) : undefined;
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, at);
    at += bytesWritten;
  }
}

function isDiskError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "write";
}

async function check(download: Download, part: PartialFile, signal: AbortSignal): Promise<DownloadedFile> {
  const { url, digest, sizeBytes } = download;
  const size = await part.sizeBytes();
  if (sizeBytes !== undefined && size !== sizeBytes) throw mismatch(url, `it has ${size} bytes, not ${sizeBytes}`);
  const found = digest && (await digestOfFile(part.path, size, digest.algorithm, signal));
  if (found !== digest?.hex) throw mismatch(url, `its ${digest?.algorithm} is ${found}, not ${digest?.hex}`);
  const sha256 = digest?.algorithm === "sha256" ? digest.hex : await sha256OfFile(part.path, signal);
  return { sizeBytes: size, sha256 };
}

function digestOfFile(path: string, sizeBytes: number, algorithm: ContentDigest["algorithm"], signal: AbortSignal) {
  return algorithm === "sha256" ? sha256OfFile(path, signal) : gitSha1OfFile(path, sizeBytes, signal);
}

/** The file at `path` if it is the one that is wanted; undefined when it is missing, another, or can't be told from another. */
export async function checkedFile(
  path: string,
  wanted: { readonly sizeBytes: number; readonly digest?: ContentDigest },
  signal: AbortSignal,
): Promise<DownloadedFile | undefined> {
  const { sizeBytes, digest } = wanted;
  const size = await stat(path).then(
    (entry) => entry.size,
    () => undefined,
  );
  if (digest === undefined || size !== sizeBytes) return undefined;
  if ((await digestOfFile(path, sizeBytes, digest.algorithm, signal)) !== digest.hex) return undefined;
  return { sizeBytes, sha256: digest.algorithm === "sha256" ? digest.hex : await sha256OfFile(path, signal) };
}

function mismatch(url: string, why: string): HubError {
  return new HubError({
    kind: "hash-mismatch",
    message: `${url}: the downloaded file isn't the one that was promised: ${why}`,
    hint: "pull again; if it stays, the file on the server or the lock file was changed",
  });
}

function broken({ url }: Download, cause: Error): HubError {
  return new HubError({
    kind: "unreachable",
    message: `${url}: the connection breaks again and again: ${messageOf(cause)}`,
    hint: "run the same command again: it continues where it stopped",
    cause,
  });
}
