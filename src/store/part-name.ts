import type { PartName } from "./run-store.ts";

const PART_NAME = /^(?:records-\d{1,9}(?:\.\d{1,9})?|(?:scores|identity)-\d{1,9}|signatures|stop)$/;

/** Tells parts from what else may lie where they are kept. */
export function isPartName(name: string): name is PartName {
  return PART_NAME.test(name);
}
