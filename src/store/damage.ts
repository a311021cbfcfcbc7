import type { DamagedLine } from "./read-lines.ts";
import { type Run, STREAM_NAMES } from "./run-store.ts";

/** Line numbers that are named; more are counted. */
const MOST_NAMED = 3;

/** Lines of a run that couldn't be read, counted by stream. */
export class Damage {
  readonly #lines = new Map<DamagedLine["stream"], { count: number; readonly first: number[] }>();

  readonly add = ({ stream, number }: DamagedLine): void => {
    const known = this.#lines.get(stream) ?? { count: 0, first: [] };
    known.count += 1;
    if (known.first.length < MOST_NAMED) known.first.push(number);
    this.#lines.set(stream, known);
  };

  count(stream: DamagedLine["stream"]): number {
    return this.#lines.get(stream)?.count ?? 0;
  }

  /** A sentence for each damaged stream, with what mends it; none where every line could be read. */
  describe(run: Pick<Run, "id">): readonly string[] {
    return STREAM_NAMES.flatMap((stream) => {
      const found = this.#lines.get(stream);
      if (found === undefined) return [];
      const { count, first } = found;
      const numbers = `${first.join(", ")}${count > first.length ? ", …" : ""}`;
      const what =
        count === 1
          ? `line ${numbers} is damaged and passed over`
          : `${count} lines are damaged and passed over (${numbers})`;
      return [`${stream}.jsonl: ${what}; ${REMEDY[stream](run.id, count)}`];
    });
  }
}

const REMEDY = {
  records: (id: string, count: number) =>
    `\`quantgate run --resume ${id}\` asks ${count === 1 ? "its item" : "their items"} again`,
  scores: (id: string, count: number) =>
    `${count === 1 ? "its item counts" : "their items count"} as missing; \`quantgate report ${id}\` makes the scores anew from the records`,
} as const;
