import type { Conversion } from "../convert.ts";

export type Row = Readonly<Record<string, unknown>>;

/** How a dataset of a hub becomes one of ours. File names and columns are those of the repository's `main`. */
export interface HubRecipe {
  /** `owner/name` on the hub. */
  readonly repository: string;
  /** Files with the items, in their order. */
  readonly items: readonly string[];
  /** Files with the worked examples. */
  readonly shots?: readonly string[];
  /** What the manifest says; `fields` are columns of the files, or what `prepare` makes of them. */
  readonly about: Conversion["about"];
  /** Changes what a mapping can't say; `undefined` leaves the row out. */
  readonly prepare?: (row: Row) => Row | undefined;
}

/** A column's text; empty where it holds something else, which the mapping then complains about. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
