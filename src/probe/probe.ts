import { type Backend, BackendError } from "../backend/backend.ts";
import { QuantGateError, throwIfAborted } from "../domain/errors.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Examinee, Need } from "./ask.ts";
import { readsLogprobs } from "./ask.ts";
import { checkCopying } from "./check-copying.ts";
import { checkFingerprint } from "./check-fingerprint.ts";
import { checkCapabilities, checkQuantization, checkWeights } from "./check-identity.ts";
import { checkLogprobs } from "./check-logprobs.ts";
import { checkContext, checkTokenLimit, checkWholePrompt } from "./check-prompt.ts";
import { checkRepeats } from "./check-repeats.ts";
import { type Check, type Finding, ok, type ProbeReport, stop } from "./finding.ts";

export interface ProbeOptions {
  /** What the spec's tasks ask. */
  readonly needs: ReadonlySet<Need>;
  /** The longest prompt of the tasks (in characters) and its token limit, where known. */
  readonly longest?: { readonly prompt: string; readonly maxTokens: number };
  /** How often the same question is asked. */
  readonly repeats: number;
  /** Where fingerprints are kept; absent: none is compared. */
  readonly cacheFolder?: string;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** Opens a variant, examines it and closes it again. A variant that can't be opened is a finding, not an error. */
export async function probe(
  variant: ResolvedVariant,
  open: (variant: ResolvedVariant, signal: AbortSignal) => Promise<Backend>,
  options: ProbeOptions,
): Promise<ProbeReport> {
  let backend: Backend;
  try {
    backend = await open(variant, options.signal);
  } catch (error) {
    throwIfAborted(options.signal);
    if (!(error instanceof QuantGateError)) throw error;
    return { variant: variant.id, findings: [stop("reachable", error.message, error.hint)] };
  }
  try {
    return await probeVariant(backend, variant, options);
  } finally {
    await backend.close();
  }
}

/**
 * Examines an opened variant before it is trusted: is it what it says it is, does it read what it is sent, are its numbers numbers? Every
 * question goes past the cache. A check that the server fails to answer stops the run by the name of that check.
 */
export async function probeVariant(
  backend: Backend,
  variant: ResolvedVariant,
  options: ProbeOptions,
): Promise<ProbeReport> {
  const { identity } = backend;
  const reachable = ok("reachable", `${identity.build} serves ${variant.source}`);
  // Recorded answers answer what was recorded and nothing else.
  if (variant.backend.type === "recorded") return { variant: variant.id, identity, findings: [reachable] };

  const examinee: Examinee = { backend, needs: options.needs, signal: options.signal };
  const findings: Finding[] = [
    reachable,
    checkCapabilities(examinee),
    checkQuantization(identity, variant),
    checkWeights(identity),
  ];
  if (findings.every(({ check, level }) => check !== "capabilities" || level === "ok")) {
    for (const [check, examine] of examinations(examinee, variant, options)) {
      const finding = await guarded(check, examine, options.signal);
      findings.push(finding);
      // What the server can't answer at all it would fail again in each further check.
      if (finding.level === "stop" && finding.message.startsWith(UNANSWERED)) break;
    }
  }
  return { variant: variant.id, identity, findings };
}

const UNANSWERED = "the server failed to answer";

function examinations(
  examinee: Examinee,
  variant: ResolvedVariant,
  options: ProbeOptions,
): readonly (readonly [Check, () => Promise<Finding>])[] {
  const { cacheFolder, longest } = options;
  return [
    ...(readsLogprobs(examinee) ? [["log-probabilities", () => checkLogprobs(examinee)] as const] : []),
    ["whole-prompt", () => checkWholePrompt(examinee)],
    ["context", () => checkContext(examinee, longest)],
    ["token-limit", () => checkTokenLimit(examinee)],
    ["copy-the-letter", () => checkCopying(examinee)],
    ["repeats", () => checkRepeats(examinee, options.repeats)],
    ...(cacheFolder === undefined
      ? []
      : [["fingerprint", () => checkFingerprint(examinee, variant, cacheFolder, options.now())] as const]),
  ];
}

async function guarded(check: Check, examine: () => Promise<Finding>, signal: AbortSignal): Promise<Finding> {
  try {
    return await examine();
  } catch (error) {
    throwIfAborted(signal);
    if (!(error instanceof BackendError)) throw error;
    return stop(check, `${UNANSWERED}: ${error.message}`, error.hint);
  }
}
