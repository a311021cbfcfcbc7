import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { RunError, UsageError } from "../../domain/errors.ts";
import type { Collection } from "../../store/collection.ts";

/** `read`: see everything; `submit`: read, start and cancel runs; `admin`: submit, delete runs and name baselines. */
export const SCOPES = ["read", "submit", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

const EntrySchema = z.strictObject({
  schema: z.literal(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(SCOPES)).min(1),
  createdAt: z.string(),
});

export interface TokenEntry {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
}

/** Who asks: a token's name and what it allows. */
export interface Caller {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** A removed token ends to work after so long at most, in every process. */
const REREAD_MS = 5_000;

/**
 * Bearer tokens. Only their SHA-256 is kept: they are 256 random bits, so nothing is gained by a slow hash. Comparison takes the same time
 * whichever token is near.
 */
export class Tokens {
  readonly #entries: Collection;
  readonly #nowMs: () => number;
  #known: readonly { readonly caller: Caller; readonly hash: Buffer }[] = [];
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(entries: Collection, nowMs: () => number) {
    this.#entries = entries;
    this.#nowMs = nowMs;
  }

  /** Makes a token and returns it; it can't be shown again. Throws `UsageError` for a name that is taken. */
  async add(name: string, scopes: readonly Scope[], now: Date): Promise<string> {
    if ((await this.#entries.get(name)) !== undefined)
      throw new UsageError(`there is a token "${name}" already`, { hint: `quantgate tokens remove ${name}` });
    const token = `qg_${randomBytes(32).toString("base64url")}`;
    const entry = { schema: 1, sha256: hashOf(token).toString("hex"), scopes, createdAt: now.toISOString() };
    await this.#entries.put(name, `${JSON.stringify(entry)}\n`);
    return token;
  }

  async list(): Promise<readonly TokenEntry[]> {
    const entries: TokenEntry[] = [];
    for (const name of await this.#entries.names()) {
      const entry = await this.#read(name);
      if (entry !== undefined) entries.push({ name, scopes: entry.scopes, createdAt: entry.createdAt });
    }
    return entries;
  }

  /** Throws `UsageError` when there is no token of that name. */
  async remove(name: string): Promise<void> {
    if (!(await this.#entries.remove(name)))
      throw new UsageError(`there is no token "${name}"`, { hint: "`quantgate tokens list` shows them" });
  }

  /** Whose token it is; `undefined` for nobody's. */
  async verify(token: string): Promise<Caller | undefined> {
    if (this.#nowMs() - this.#readAtMs > REREAD_MS) {
      this.#reading ??= this.#reread().finally(() => {
        this.#reading = undefined;
      });
      await this.#reading;
    }
    const hash = hashOf(token);
    let found: Caller | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.hash, hash)) found = known.caller;
    return found;
  }

  async #reread(): Promise<void> {
    const startMs = this.#nowMs();
    const known: { caller: Caller; hash: Buffer }[] = [];
    for (const name of await this.#entries.names()) {
      const entry = await this.#read(name);
      if (entry !== undefined)
        known.push({ caller: { name, scopes: entry.scopes }, hash: Buffer.from(entry.sha256, "hex") });
    }
    this.#known = known;
    this.#readAtMs = startMs;
  }

  async #read(name: string) {
    const text = await this.#entries.get(name);
    if (text === undefined) return undefined;
    try {
      return EntrySchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new RunError(`what is kept of token "${name}" is damaged`, {
        cause,
        hint: `quantgate tokens remove ${name}, then add it again`,
      });
    }
  }
}

/** Whether a caller may do what needs a scope; each scope includes those before it. */
export function allows(caller: Caller, scope: Scope): boolean {
  const needed = SCOPES.indexOf(scope);
  return caller.scopes.some((own) => SCOPES.indexOf(own) >= needed);
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
