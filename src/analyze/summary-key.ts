import { createHash } from "node:crypto";
import { packageVersion } from "../package-root.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { Margins } from "./task-change.ts";

/**
 * Digest of everything a summary is computed from: the score lines, what the manifest says of models and tasks, and this version of the
 * program. An equal key is the same summary, byte for byte.
 */
export class SummaryKey {
  readonly #lines = createHash("sha256");

  addLine(text: string): void {
    this.#lines.update(text).update("\n");
  }

  digest({ spec, specHash, tasks, signatures, identities }: RunManifest, margins: Margins): string {
    // Margins are only in what is said of several backends of one quantization.
    const several = spec.models.some(
      ({ variants }) => new Set(variants.map(({ quantization }) => quantization)).size < variants.length,
    );
    const rest = JSON.stringify([
      ...[packageVersion(), spec, specHash, tasks, signatures, identities],
      ...(several ? [margins] : []),
    ]);
    return this.#lines.copy().update(rest).digest("hex");
  }
}
