import type { RowPlace } from "./map-row.ts";

/** A row of a file as it was read, or what is wrong with it. */
export type SourceRow =
  | { readonly place: RowPlace; readonly row: unknown }
  | { readonly place: RowPlace; readonly problem: string };
