import { createHash } from "node:crypto";

/** A request that may be taken: where it stands, and how often the same was asked. */
export interface Ranked {
  readonly rank: number;
  readonly file: number;
  readonly line: number;
  seen: number;
}

/** Keeps the requests of lowest rank, each text once. Memory is bounded by `limit`, however many requests come. */
export class LowestRanks {
  /** All requests that were added. */
  count = 0;
  readonly #limit: number;
  #kept = new Map<number, Ranked>();
  #bound = Number.POSITIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(rank: number, file: number, line: number): void {
    this.count += 1;
    const known = this.#kept.get(rank);
    if (known !== undefined) known.seen += 1;
    else if (rank < this.#bound) {
      this.#kept.set(rank, { rank, file, line, seen: 1 });
      if (this.#kept.size >= 2 * this.#limit + 100) this.#prune();
    }
  }

  /** Lowest first. */
  lowest(): readonly Ranked[] {
    this.#prune();
    return [...this.#kept.values()];
  }

  #prune(): void {
    const sorted = [...this.#kept.values()].sort((a, b) => a.rank - b.rank);
    if (sorted.length > this.#limit) this.#bound = sorted[this.#limit]?.rank ?? this.#bound;
    this.#kept = new Map(sorted.slice(0, this.#limit).map((each) => [each.rank, each]));
  }
}

/** A rank that only the seed and the words of a text decide: requests that differ in case, blanks or long numbers share it. */
export function rankOf(prompt: string, seed: number): number {
  const words = withoutLongNumbers(prompt.toLowerCase().replace(/\s+/g, " ").trim());
  return Number.parseInt(createHash("sha256").update(`${seed}\n${words}`).digest("hex").slice(0, 13), 16);
}

/** Numbers of four digits and more are most often identifiers, which make every use of a template another text; short ones are content. */
export function withoutLongNumbers(text: string): string {
  return text.replace(/\b\d{4,}\b/g, "0");
}
