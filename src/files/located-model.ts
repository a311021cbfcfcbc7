/** A model that is on this machine: the folder it lies in, and what a lock file says of its files, by their path in the folder. */
export interface LocatedModel {
  readonly folder: string;
  readonly digests: Readonly<Record<string, string>>;
}

/** Models of a hub that were pulled before, by name. */
export type LocateModel = (name: string) => Promise<LocatedModel>;

/** Whether a variant's `model` is a folder's path, and not a name on a hub. */
export function isModelFolder(source: string): boolean {
  return /^[./~]/.test(source) || /^[A-Za-z]:[\\/]/.test(source);
}
