const NOTHING = Buffer.alloc(0);

/** Bytes that come in pieces, kept as one: a body in a million pieces takes no more memory than twice its size, and one in one piece isn't copied. */
export class ByteBuffer {
  #bytes: Buffer = NOTHING;
  #length = 0;

  push(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (this.#length === 0) this.#bytes = piece;
    else {
      if (length > this.#bytes.length) {
        const larger = Buffer.allocUnsafe(2 * length);
        this.#bytes.copy(larger, 0, 0, this.#length);
        this.#bytes = larger;
      }
      piece.copy(this.#bytes, this.#length);
    }
    this.#length = length;
  }

  /** As UTF-8. */
  toString(): string {
    return this.#bytes.toString("utf8", 0, this.#length);
  }
}
