/** The headers of an answer, by their names in lower case. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Of a header that came twice, the first value. */
export class Headers {
  readonly #raw: RawHeaders;

  constructor(raw: RawHeaders) {
    this.#raw = raw;
  }

  get(name: string): string | undefined {
    const value = this.#raw[name];
    return typeof value === "object" ? value[0] : value;
  }
}
