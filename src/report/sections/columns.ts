import type { Column } from "../document.ts";

/** Columns of names, then columns of numbers. */
export function align(names: readonly string[], numbers: readonly string[]): readonly Column[] {
  return [
    ...names.map((title) => ({ title, align: "left" as const })),
    ...numbers.map((title) => ({ title, align: "right" as const })),
  ];
}
