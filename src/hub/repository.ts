import { join } from "node:path";
import { UsageError } from "../domain/errors.ts";

/** A repository on a hub, at a branch, tag or commit. */
export interface Repository {
  readonly type: "model" | "dataset";
  /** `owner/name`. */
  readonly id: string;
  readonly revision: string;
}

const ID = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/;
const REVISION = /^[A-Za-z0-9][\w./-]*$/;

/** Reads `owner/name` or `owner/name@revision`; the revision defaults to `main`. Throws UsageError. */
export function parseRepository(text: string, type: Repository["type"]): Repository {
  const [id = "", revision = "main", ...rest] = text.split("@");
  if (rest.length > 0 || !ID.test(id) || !REVISION.test(revision) || text.includes(".."))
    throw new UsageError(`"${text}" names no repository on a hub`, { hint: "write owner/name or owner/name@revision" });
  return { type, id, revision };
}

/** The repository's name in messages and in the lock file, e.g. `models/owner/name@main`. */
export function repositoryKey({ type, id, revision }: Repository): string {
  return `${type}s/${id}@${revision}`;
}

/** Address of a file at a commit (or branch). Throws UsageError when the name could lead out of the repository. */
export function fileUrl(endpoint: string, { type, id }: Repository, commit: string, file: string): string {
  const encode = (path: string) => path.split("/").map(encodeURIComponent).join("/");
  const prefix = type === "dataset" ? "datasets/" : "";
  return `${endpoint}/${prefix}${encode(id)}/resolve/${encodeURIComponent(commit)}/${encode(safePath(file))}`;
}

/** Folder of a repository's files at a commit. */
export function repositoryFolder(root: string, { type, id }: Repository, commit: string): string {
  return join(root, `${type}s`, id.replace("/", "--"), commit);
}

/** The path itself, if it stays inside the folder it is joined to. Throws UsageError otherwise. */
export function safePath(file: string): string {
  const inside = file.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!inside || /[\\:\0]/.test(file))
    throw new UsageError(`"${file}" is no file of a repository`, { hint: "name files relative to the repository" });
  return file;
}
