const INITIAL_SLOTS = 1024;
const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5 | 0;

/**
 * Gives equal tokens equal small integers, in order of first appearance. Tokens arrive one UTF-16 unit at a time and
 * are kept in one buffer, so that tokenizing a text allocates no strings. `clear` starts over and keeps the memory.
 */
export class Vocabulary {
  /** How many different tokens there are; ids are 0 … size − 1. */
  size = 0;
  #units = new Uint16Array(1024);
  #end = 0;
  #starts = new Int32Array(INITIAL_SLOTS);
  #hashes = new Int32Array(INITIAL_SLOTS);
  /** Open addressing with linear probing: id + 1, or 0 for a free slot. */
  #slots = new Int32Array(INITIAL_SLOTS);
  #hash = FNV_OFFSET;

  clear(): void {
    // A long text leaves a large table behind; filling that one again for every short text would cost more than growing.
    if (this.#slots.length === INITIAL_SLOTS) this.#slots.fill(0);
    else this.#slots = new Int32Array(INITIAL_SLOTS);
    this.size = 0;
    this.#end = 0;
    this.#hash = FNV_OFFSET;
  }

  /** Makes room for the tokens of a text of this length; call it before the first `push` of each text. */
  reserve(units: number): void {
    const needed = this.#end + units;
    if (needed <= this.#units.length) return;
    const larger = new Uint16Array(Math.max(needed, 2 * this.#units.length));
    larger.set(this.#units);
    this.#units = larger;
  }

  /** Appends a unit to the token being built. */
  push(unit: number): void {
    this.#units[this.#end] = unit;
    this.#end += 1;
    this.#hash = Math.imul(this.#hash ^ unit, FNV_PRIME);
  }

  /** Ends the token being built and returns its id. */
  close(): number {
    const start = this.#starts[this.size] ?? 0;
    const hash = this.#hash ^ (this.#hash >>> 15);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = (this.#slots[slot] ?? 0) - 1;
      if (id < 0) break;
      if (this.#hashes[id] === hash && this.#equals(id, start)) {
        this.#end = start;
        this.#hash = FNV_OFFSET;
        return id;
      }
      slot = (slot + 1) & mask;
    }
    const id = this.size;
    this.#slots[slot] = id + 1;
    this.#hashes[id] = hash;
    this.#starts[id] = start;
    this.size = id + 1;
    if (2 * this.size + 2 > this.#slots.length) this.#grow();
    this.#starts[this.size] = this.#end;
    this.#hash = FNV_OFFSET;
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

  #equals(id: number, start: number): boolean {
    const other = this.#starts[id] ?? 0;
    const length = this.#end - start;
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
