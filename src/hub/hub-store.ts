import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { throwIfAborted } from "../domain/errors.ts";
import { sha256OfFile } from "../files/file-digest.ts";
import { checkedFile, downloadFile } from "./download.ts";
import type { NetworkDeps } from "./http-request.ts";
import { HubError } from "./hub-error.ts";
import type { HubSettings } from "./hub-settings.ts";
import type { LockedFile, LockedRepository, LockFile } from "./lock-file.ts";
import { describeRemoteFile, type RemoteFile, refusal } from "./remote-file.ts";
import { fileUrl, type Repository, repositoryFolder, repositoryKey, safePath } from "./repository.ts";

export interface HubStoreOptions {
  readonly settings: HubSettings;
  readonly lock: LockFile;
  readonly network: NetworkDeps;
  /** The command that pulls a repository, for messages. */
  readonly pullCommand: (repository: Repository) => string;
}

/** A file that is wanted of a repository. */
export interface WantedFile {
  readonly file: string;
  /** Whether the repository may be without it. */
  readonly optional?: boolean;
}

export interface PullProgress {
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** A repository whose wanted files are on disk. */
export interface PulledRepository {
  readonly folder: string;
  readonly commit: string;
  /** sha256 of the files that are there, by name, as the lock file has them. */
  readonly digests: Readonly<Record<string, string>>;
}

export interface FileState {
  readonly file: string;
  readonly sizeBytes: number;
  readonly state: "ok" | "missing" | "changed";
}

export interface ListedRepository {
  /** As in the lock file, e.g. `models/owner/name@main`. */
  readonly key: string;
  readonly commit: string;
  readonly sizeBytes: number;
  /** Whether all files are on disk, by their sizes. */
  readonly complete: boolean;
}

/**
 * Files of repositories on a hub (models, data sets), kept in a shared folder and held to a lock file: the first pull writes down the
 * commit and each file's size and sha256, every later one, here or on another machine, gets exactly these.
 */
export class HubStore {
  readonly #options: HubStoreOptions;

  constructor(options: HubStoreOptions) {
    this.#options = options;
  }

  /** Makes the wanted files be there. Throws HubError. */
  async pull(
    repository: Repository,
    wanted: readonly WantedFile[],
    signal: AbortSignal,
    onProgress?: (progress: PullProgress) => void,
  ): Promise<PulledRepository> {
    const { settings, lock } = this.#options;
    const key = repositoryKey(repository);
    const locked = (await lock.read()).get(key);
    const files: Record<string, LockedFile> = { ...locked?.files };
    const absent = new Set(locked?.absent);
    let commit = locked?.commit;
    for (const { file, optional = false } of wanted) {
      throwIfAborted(signal);
      if (absent.has(safePath(file)) && optional) continue;
      const found = await this.#ensure({ repository, commit, file, locked: files[file], onProgress }, signal);
      if (found === undefined) {
        if (!optional) throw missingFile(repository, file);
        absent.add(file);
        continue;
      }
      commit = found.commit;
      files[file] = found.locked;
      absent.delete(file);
    }
    if (commit === undefined) throw missingFile(repository, wanted.map(({ file }) => file).join(", "));
    await this.#writeLock(key, locked, { commit, files, absent: [...absent] });
    const folder = repositoryFolder(settings.folder, repository, commit);
    return { folder, commit, digests: digestsOf(files) };
  }

  /** Where a repository that was pulled lies. Throws HubError "not-pulled" when something of it is missing. */
  async path(repository: Repository): Promise<PulledRepository> {
    const { settings, lock } = this.#options;
    const locked = (await lock.read()).get(repositoryKey(repository));
    if (locked === undefined) throw this.#notPulled(repository, "it isn't in the lock file");
    const folder = repositoryFolder(settings.folder, repository, locked.commit);
    for (const [file, { sizeBytes }] of Object.entries(locked.files))
      if (!(await hasSize(join(folder, file), sizeBytes)))
        throw this.#notPulled(repository, `${file} is missing in ${folder}`);
    return { folder, commit: locked.commit, digests: digestsOf(locked.files) };
  }

  /** Reads all files of a repository again and compares them with the lock file. Throws HubError "not-pulled". */
  async verify(repository: Repository, signal: AbortSignal): Promise<readonly FileState[]> {
    const { settings, lock } = this.#options;
    const locked = (await lock.read()).get(repositoryKey(repository));
    if (locked === undefined) throw this.#notPulled(repository, "it isn't in the lock file");
    const folder = repositoryFolder(settings.folder, repository, locked.commit);
    const states: FileState[] = [];
    for (const [file, { sizeBytes, sha256 }] of Object.entries(locked.files)) {
      throwIfAborted(signal);
      const path = join(folder, file);
      if (!(await exists(path))) states.push({ file, sizeBytes, state: "missing" });
      else states.push({ file, sizeBytes, state: (await sha256OfFile(path, signal)) === sha256 ? "ok" : "changed" });
    }
    return states;
  }

  /** All repositories of a type in the lock file. */
  async list(type: Repository["type"]): Promise<readonly ListedRepository[]> {
    const { settings, lock } = this.#options;
    const listed: ListedRepository[] = [];
    for (const [key, { commit, files }] of await lock.read()) {
      const [id = "", revision = ""] = key.slice(key.indexOf("/") + 1).split("@");
      const repository: Repository = { type, id, revision };
      if (repositoryKey(repository) !== key) continue;
      const folder = repositoryFolder(settings.folder, repository, commit);
      const present = await Promise.all(
        Object.entries(files).map(([file, { sizeBytes }]) => hasSize(join(folder, file), sizeBytes)),
      );
      const sizeBytes = Object.values(files).reduce((sum, file) => sum + file.sizeBytes, 0);
      listed.push({ key, commit, sizeBytes, complete: present.every(Boolean) });
    }
    return listed;
  }

  /** One file, on disk and known; undefined when the repository doesn't have it. */
  async #ensure(
    wanted: {
      readonly repository: Repository;
      readonly commit: string | undefined;
      readonly file: string;
      readonly locked: LockedFile | undefined;
      readonly onProgress: ((progress: PullProgress) => void) | undefined;
    },
    signal: AbortSignal,
  ): Promise<{ commit: string; locked: LockedFile } | undefined> {
    const { settings, network } = this.#options;
    const { repository, file, locked, onProgress } = wanted;
    const remote =
      wanted.commit !== undefined && locked !== undefined
        ? promised(wanted.commit, locked)
        : await this.#describe(repository, wanted.commit, file, signal);
    if (remote === undefined) return undefined;
    const { commit } = remote;
    const path = join(repositoryFolder(settings.folder, repository, commit), file);
    const present = await checkedFile(path, remote, signal);
    if (present !== undefined) return { commit, locked: present };
    if (settings.offline) throw this.#offline(repository, file);
    const report = (receivedBytes: number) => onProgress?.({ file, receivedBytes, totalBytes: remote.sizeBytes });
    const downloaded = await downloadFile(
      {
        url: fileUrl(settings.endpoint, repository, commit, file),
        token: settings.token,
        path,
        sizeBytes: remote.sizeBytes,
        ...(remote.digest === undefined ? {} : { digest: remote.digest }),
        refusal: (response) => refusal(response, settings, repository),
        onProgress: report,
      },
      network,
      signal,
    );
    return { commit, locked: downloaded };
  }

  async #describe(repository: Repository, commit: string | undefined, file: string, signal: AbortSignal) {
    const { settings, network } = this.#options;
    if (settings.offline) throw this.#offline(repository, file);
    return describeRemoteFile(settings, repository, commit ?? repository.revision, file, network, signal);
  }

  async #writeLock(key: string, before: LockedRepository | undefined, now: LockedRepository): Promise<void> {
    if (!isDeepStrictEqual(before, now)) await this.#options.lock.write(key, now);
  }

  #notPulled(repository: Repository, why: string): HubError {
    return new HubError({
      kind: "not-pulled",
      message: `${repositoryKey(repository)} isn't on this machine: ${why}`,
      hint: `fetch it with: ${this.#options.pullCommand(repository)}`,
    });
  }

  #offline(repository: Repository, file: string): HubError {
    return new HubError({
      kind: "offline",
      message: `${file} of ${repositoryKey(repository)} isn't on this machine, and the network is off limits (offline)`,
      hint: `fetch it with a network: ${this.#options.pullCommand(repository)}`,
    });
  }
}

function digestsOf(files: Readonly<Record<string, LockedFile>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, { sha256 }]) => [file, sha256]));
}

/** What the lock file says about a file, as if the hub had said it. */
function promised(commit: string, { sizeBytes, sha256 }: LockedFile): RemoteFile {
  return { commit, sizeBytes, digest: { algorithm: "sha256", hex: sha256 } };
}

function missingFile(repository: Repository, file: string): HubError {
  return new HubError({
    kind: "not-found",
    message: `${repositoryKey(repository)} has no file ${file}`,
    hint: "name the file, choose another repository, or export the model with optimum-cli and use its folder",
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

async function hasSize(path: string, sizeBytes: number): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size === sizeBytes,
    () => false,
  );
}
