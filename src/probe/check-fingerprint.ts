import type { VariantIdentity } from "../domain/record.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Examinee } from "./ask.ts";
import { type Finding, ok, stop, warn } from "./finding.ts";
import { fingerprintDistance, takeFingerprint } from "./fingerprint.ts";
import { FingerprintStore } from "./fingerprint-store.ts";

/** Rounding, threads and batches move log-probabilities less than this; another quantization moves some of them more. In nats. */
const TOLERANCE = 0.02;

/**
 * Is it what answered under this digest, and under this name, the last time? The first probe only remembers. What was remembered stays as it
 * was until it is deleted: a changed server can't launder itself by being probed twice.
 */
export async function checkFingerprint(
  examinee: Examinee,
  variant: ResolvedVariant,
  cacheFolder: string,
  now: Date,
): Promise<Finding> {
  const store = new FingerprintStore(cacheFolder);
  const { identity } = examinee.backend;
  const fingerprint = await takeFingerprint(examinee);
  const names = namesOf(identity, variant);
  for (const { name, what } of names) {
    const before = await store.get(name);
    if (before === undefined) continue;
    const distance = fingerprintDistance(before, fingerprint);
    if (distance === undefined || distance <= TOLERANCE) continue;
    const apart = Number.isFinite(distance) ? `${distance.toFixed(2)} nats apart` : "other texts";
    const hint = `if the change is meant, delete ${store.pathOf(name)}`;
    if (before.build !== fingerprint.build)
      return warn(
        "fingerprint",
        `other answers under ${what} than on ${before.takenAt} (${apart}), from another build`,
        hint,
      );
    return stop(
      "fingerprint",
      `other weights under ${what}: its log-probabilities are not those of ${before.takenAt} (${apart})`,
      hint,
    );
  }
  let known = 0;
  for (const { name } of names) {
    if ((await store.get(name)) === undefined) await store.put(name, { ...fingerprint, takenAt: now.toISOString() });
    else known += 1;
  }
  return ok("fingerprint", known === 0 ? "remembered for later runs" : "the same as in earlier runs");
}

/**
 * A digest names weights wherever they are; a name names them on one server, unless a digest says which they are. Either belongs to one way of asking:
 * the same weights answer otherwise through a chat template, or where more is asked of them (`extraBody`).
 */
function namesOf(identity: VariantIdentity, variant: ResolvedVariant) {
  const {
    server = variant.backend.type,
    api = "",
    dialect = "",
    chatTemplate = "",
    extraBody = "",
  } = identity.settings;
  const way = [server, api, dialect, chatTemplate, extraBody].join(" ").trimEnd();
  const { weightsDigest } = identity;
  if (weightsDigest !== undefined)
    return [{ name: `${way} ${weightsDigest}`, what: `the digest ${short(weightsDigest)}` }];
  const url = "url" in variant.backend ? variant.backend.url : "";
  return [
    {
      name: `${way} ${url} ${variant.source} ${variant.quantization}`,
      what: `the name ${variant.source} (${variant.quantization})`,
    },
  ];
}

function short(digest: string): string {
  return digest.length > 26 ? `${digest.slice(0, 26)}…` : digest;
}
