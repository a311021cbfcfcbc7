import { PERSONAL_KINDS, type PersonalFinder, type PersonalKind } from "./find-personal.ts";

/** Texts of one item without what was found in them. */
export interface Redacted {
  readonly texts: readonly string[];
  readonly found: readonly { readonly kind: PersonalKind; readonly value: string }[];
}

/**
 * Replaces personal data in the texts of one item by `[EMAIL_1]`, `[NAME_2]`, …: the same value gets the same stand-in, so that who is
 * meant stays clear. Between items nothing can be linked.
 */
export function redact(texts: readonly string[], find: PersonalFinder): Redacted {
  const standIns = new Map<string, string>();
  const numbers = new Map<PersonalKind, number>();
  const found: { readonly kind: PersonalKind; readonly value: string }[] = [];
  const standInOf = (kind: PersonalKind, value: string): string => {
    const key = `${kind}\n${value.toLowerCase()}`;
    const known = standIns.get(key);
    if (known !== undefined) return known;
    const number = (numbers.get(kind) ?? 0) + 1;
    numbers.set(kind, number);
    const made = `[${kind.toUpperCase()}_${number}]`;
    standIns.set(key, made);
    return made;
  };
  const redacted = texts.map((text) => {
    let result = "";
    let from = 0;
    for (const { kind, start, end } of find(text)) {
      const value = text.slice(start, end);
      result += text.slice(from, start) + standInOf(kind, value);
      from = end;
      found.push({ kind, value });
    }
    return result + text.slice(from);
  });
  return { texts: redacted, found };
}

/** How often something of a kind was replaced, and a few examples, masked so that only who knows them recognizes them. */
export interface ReplacedKind {
  readonly kind: PersonalKind;
  readonly count: number;
  readonly items: number;
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** Counts what was replaced over many items. */
export class RedactionTally {
  readonly #kinds = new Map<PersonalKind, { count: number; items: number; examples: Set<string> }>();

  /** Adds one item. */
  add({ found }: Redacted): void {
    for (const kind of new Set(found.map((each) => each.kind))) {
      const values = found.filter((each) => each.kind === kind).map(({ value }) => value);
      const tally = this.#kinds.get(kind) ?? { count: 0, items: 0, examples: new Set<string>() };
      tally.count += values.length;
      tally.items += 1;
      for (const value of values) if (tally.examples.size < EXAMPLES) tally.examples.add(masked(value));
      this.#kinds.set(kind, tally);
    }
  }

  /** All kinds, those that were not found with zeros. */
  report(): readonly ReplacedKind[] {
    return PERSONAL_KINDS.map((kind) => {
      const { count = 0, items = 0, examples = [] } = this.#kinds.get(kind) ?? {};
      return { kind, count, items, examples: [...examples] };
    });
  }
}

/** First and last character only. */
function masked(value: string): string {
  const characters = [...value.replace(/\s/g, " ")];
  return characters.length < 4 ? "•••" : `${characters[0]}•••${characters.at(-1)}`;
}
