import { UsageError } from "../../domain/errors.ts";
import type { PartName, Run, RunStore } from "../../store/run-store.ts";

/** A run that a message is of; `undefined` when it was deleted. */
export async function openIfThere(store: RunStore, id: string): Promise<Run | undefined> {
  return store.open(id).catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
}

/** Whether nothing more is wanted of a run's units. */
export async function isOver(run: Run): Promise<boolean> {
  return (await run.readPart("stop")) !== undefined || (await run.arePartsSealed());
}

/** Pieces of a unit's answers, in the order in which they came; what a worker had when it was stopped. */
export function piecesOf(unit: number, names: ReadonlySet<PartName>): readonly PartName[] {
  const pieces: PartName[] = [];
  for (let piece = 0; names.has(pieceName(unit, piece)); piece += 1) pieces.push(pieceName(unit, piece));
  return pieces;
}

export function pieceName(unit: number, piece: number): PartName {
  return `records-${unit}.${piece}`;
}
