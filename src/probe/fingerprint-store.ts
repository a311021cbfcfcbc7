import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Fingerprint } from "./fingerprint.ts";

const StoredSchema = z.object({
  build: z.string(),
  logprobs: z.array(z.array(z.union([z.number(), z.literal("not-shown")]))),
  texts: z.array(z.string()),
  takenAt: z.string(),
});
export type StoredFingerprint = Fingerprint & { readonly takenAt: string };

/** Fingerprints of earlier probes in QuantGate's cache folder, a file each. */
export class FingerprintStore {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, "fingerprints");
  }

  async get(name: string): Promise<StoredFingerprint | undefined> {
    try {
      return StoredSchema.safeParse(JSON.parse(await readFile(this.pathOf(name), "utf8"))).data;
    } catch {
      return undefined;
    }
  }

  async put(name: string, fingerprint: StoredFingerprint): Promise<void> {
    const path = this.pathOf(name);
    const draft = `${path}.${randomBytes(6).toString("hex")}`;
    await mkdir(this.#folder, { recursive: true });
    await writeFile(draft, `${JSON.stringify(fingerprint)}\n`);
    await rename(draft, path);
  }

  pathOf(name: string): string {
    return join(this.#folder, `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`);
  }
}
