/** Texts go in and out as bytes, since Postgres' own texts can't hold every character. */
export function toBytes(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

/** The text of a `bytea` column. */
export function toText(bytes: unknown): string {
  if (!Buffer.isBuffer(bytes)) throw new TypeError("the column holds no bytes");
  return bytes.toString("utf8");
}

/** What is left of a text that a `text` column can hold; it is only compared with others that went the same way. */
export function plain(text: string | undefined): string | null {
  return text === undefined ? null : toBytes(text).toString("utf8").replaceAll("\u0000", "");
}
