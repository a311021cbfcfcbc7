const INITIAL_SLOTS = 1024;
const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5 | 0;

/**
 * Gives equal tokens equal small integers, in order of first appearance. Tokens are kept in one buffer of UTF-16 units,
 * so that tokenizing a text allocates no strings. `clear` starts over and keeps the memory.
 */
export class Vocabulary {
  /** How many different tokens there are; ids are 0 … size − 1. */
  size = 0;
  #units = new Uint16Array(1024);
  #starts = new Int32Array(INITIAL_SLOTS);
  #hashes = new Int32Array(INITIAL_SLOTS);
  /** Open addressing with linear probing: id + 1, or 0 for a free slot. */
  #slots = new Int32Array(INITIAL_SLOTS);

  clear(): void {
    // A long text leaves a large table behind; filling that one again for every short text would cost more than growing.
    if (this.#slots.length === INITIAL_SLOTS) this.#slots.fill(0);
    else this.#slots = new Int32Array(INITIAL_SLOTS);
    this.size = 0;
  }

  /** Makes room for the tokens of a text of this length; call it before the first token of each text. */
  reserve(units: number): void {
    const needed = (this.#starts[this.size] ?? 0) + units;
    if (needed <= this.#units.length) return;
    const larger = new Uint16Array(Math.max(needed, 2 * this.#units.length));
    larger.set(this.#units);
    this.#units = larger;
  }

  /** Id of the token that is this part of a text. */
  intern(text: string, from: number, to: number): number {
    const units = this.#units;
    const start = this.#starts[this.size] ?? 0;
    const end = start + to - from;
    let hash = FNV_OFFSET;
    for (let index = 0; index < to - from; index += 1) {
      const unit = text.charCodeAt(from + index);
      units[start + index] = unit;
      hash = Math.imul(hash ^ unit, FNV_PRIME);
    }
    hash ^= hash >>> 15;

    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = (this.#slots[slot] ?? 0) - 1;
      if (id < 0) break;
      // What was copied for a known token is overwritten by the next one.
      if (this.#hashes[id] === hash && this.#equals(id, start, end)) return id;
      slot = (slot + 1) & mask;
    }
    const id = this.size;
    this.#slots[slot] = id + 1;
    this.#hashes[id] = hash;
    this.size = id + 1;
    if (2 * this.size + 2 > this.#slots.length) this.#grow();
    this.#starts[this.size] = end;
    return id;
  }

  /** The token with this id. */
  token(id: number): string {
    const start = this.#starts[id] ?? 0;
    const end = this.#starts[id + 1] ?? start;
    let text = "";
    // String.fromCharCode takes its units as arguments, whose number is limited.
    for (let from = start; from < end; from += 4096) {
      text += String.fromCharCode(...this.#units.subarray(from, Math.min(end, from + 4096)));
    }
    return text;
  }

  #equals(id: number, start: number, end: number): boolean {
    const other = this.#starts[id] ?? 0;
    const length = end - start;
    if ((this.#starts[id + 1] ?? 0) - other !== length) return false;
    for (let index = 0; index < length; index += 1) {
      if (this.#units[other + index] !== this.#units[start + index]) return false;
    }
    return true;
  }

  #grow(): void {
    const slotCount = 2 * this.#slots.length;
    if (slotCount > this.#starts.length) {
      const starts = new Int32Array(slotCount);
      starts.set(this.#starts);
      this.#starts = starts;
      const hashes = new Int32Array(slotCount);
      hashes.set(this.#hashes);
      this.#hashes = hashes;
    }
    this.#slots = new Int32Array(slotCount);
    for (let id = 0; id < this.size; id += 1) {
      let slot = (this.#hashes[id] ?? 0) & (slotCount - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1);
      this.#slots[slot] = id + 1;
    }
  }
}
