/** Collects why cells of a table have no number, so that each reason is told once below the table. */
export class UnscoredReasons {
  readonly #whoBySentence = new Map<string, string[]>();

  /** The cell's text. */
  add(what: string, who: string, reason: string): string {
    const sentence = `${what} unscored: ${reason}`;
    const list = this.#whoBySentence.get(sentence);
    if (list === undefined) this.#whoBySentence.set(sentence, [who]);
    else if (!list.includes(who)) list.push(who);
    return "unscored";
  }

  /** One sentence per reason, with whom it concerns. */
  sentences(): readonly string[] {
    return [...this.#whoBySentence].map(([sentence, who]) => `${sentence} (${who.join(", ")})`);
  }
}
