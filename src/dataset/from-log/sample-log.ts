import { createHash } from "node:crypto";
import { throwIfAborted, UsageError } from "../../domain/errors.ts";
import { normalText } from "../comparable-text.ts";
import { NearDuplicateIndex, sketchOf } from "../minhash.ts";
import { readRows } from "../read-rows.ts";
import { allocate } from "./allocate.ts";
import { type PersonalFinder, personalFinder } from "./find-personal.ts";
import { type LogFields, type LogRequest, readRequest } from "./log-request.ts";
import { LowestRanks, type Ranked, rankOf, withoutLongNumbers } from "./lowest-ranks.ts";
import { RedactionTally, type ReplacedKind, redact } from "./redact.ts";
import { Strata, type Stratum } from "./stratum.ts";

export interface LogSampleOptions {
  readonly fields: LogFields;
  readonly items: number;
  readonly seed: number;
  /** Names to be replaced, as they are spelled. */
  readonly names: readonly string[];
}

/** A request that was taken, without personal data. */
export interface LogItem {
  readonly id: string;
  readonly stratum: Stratum;
  readonly prompt: string;
  readonly answer: string | undefined;
  /** How often the same was asked in this stratum. */
  readonly seen: number;
}

export interface LogSample {
  readonly items: readonly LogItem[];
  readonly requests: number;
  /** Lines that are no usable request, by reason, with the place of the first. */
  readonly passedOver: Readonly<Record<string, { readonly count: number; readonly first: string }>>;
  readonly strata: readonly { readonly stratum: Stratum; readonly requests: number; readonly taken: number }[];
  /** Requests that were left out because one nearly the same was taken. */
  readonly nearDuplicates: number;
  readonly replaced: readonly ReplacedKind[];
}

/** Shared 5-character shingles from which two prompts are the same for an evaluation. */
const NEAR = 0.8;

/**
 * Samples the requests of a log: each kind in proportion to its traffic, each text once, near-duplicates collapsed, personal data
 * replaced. Reads the files twice and holds no more than a few times what it takes. The same for the same files and seed.
 * Throws `UsageError` when there is no usable request.
 */
export async function sampleLog(
  files: readonly string[],
  options: LogSampleOptions,
  signal: AbortSignal,
): Promise<LogSample> {
  const find = personalFinder(options.names);
  const survey = await surveyLog(files, options, find, signal);
  const shares = allocate(
    survey.strata.map(({ ranks }) => ranks.count),
    options.items,
  );
  // More than needed of each, since near-duplicates fall out.
  const candidates = survey.strata.map(({ ranks }, index) => {
    const share = shares[index] ?? 0;
    return share === 0 ? [] : ranks.lowest().slice(0, candidatesFor(share));
  });
  const texts = await readCandidates(files, candidates.flat(), options.fields, signal);
  const taker = new Taker(candidates, texts, find);
  const taken = survey.strata.map(({ stratum }, index) => taker.take(index, stratum, shares[index] ?? 0));
  // Places that a stratum of near-duplicates leaves free go to the others, the largest first.
  const bySize = survey.strata.map((_, index) => index).sort((a, b) => sizeOf(b) - sizeOf(a));
  for (const index of bySize) {
    const stratum = survey.strata[index]?.stratum;
    if (stratum !== undefined)
      taken[index] = (taken[index] ?? 0) + taker.take(index, stratum, options.items - taker.items.length);
  }
  return {
    items: taker.items,
    requests: survey.requests,
    passedOver: survey.passedOver,
    strata: bySize.flatMap((index) => {
      const found = survey.strata[index];
      return found === undefined
        ? []
        : [{ stratum: found.stratum, requests: found.ranks.count, taken: taken[index] ?? 0 }];
    }),
    nearDuplicates: taker.nearDuplicates,
    replaced: taker.tally.report(),
  };

  function sizeOf(index: number): number {
    return survey.strata[index]?.ranks.count ?? 0;
  }
}

/** Takes candidates of one stratum after the other, redacted, and leaves out those that nearly repeat one that was taken. */
class Taker {
  readonly items: LogItem[] = [];
  readonly tally = new RedactionTally();
  nearDuplicates = 0;
  readonly #queues: readonly Ranked[][];
  readonly #texts: ReadonlyMap<string, LogRequest>;
  readonly #find: PersonalFinder;
  readonly #taken = new NearDuplicateIndex<true>(NEAR);

  constructor(
    candidates: readonly (readonly Ranked[])[],
    texts: ReadonlyMap<string, LogRequest>,
    find: PersonalFinder,
  ) {
    this.#queues = candidates.map((each) => [...each].reverse());
    this.#texts = texts;
    this.#find = find;
  }

  /** How many were taken, `most` at most. */
  take(index: number, stratum: Stratum, most: number): number {
    const queue = this.#queues[index] ?? [];
    let taken = 0;
    while (taken < most) {
      const candidate = queue.pop();
      if (candidate === undefined) break;
      const request = this.#texts.get(placeKey(candidate));
      if (request !== undefined && this.#takeOne(request, stratum, candidate)) taken += 1;
    }
    return taken;
  }

  #takeOne({ prompt: raw, answer: rawAnswer }: LogRequest, stratum: Stratum, { seen }: Ranked): boolean {
    const redacted = redact([raw, rawAnswer ?? ""], this.#find);
    const [prompt = "", answer = ""] = redacted.texts;
    const sketch = sketchOf(withoutLongNumbers(normalText(prompt)));
    if (this.#taken.find(sketch) !== undefined) {
      this.nearDuplicates += 1;
      return false;
    }
    this.#taken.add(sketch, true);
    this.tally.add(redacted);
    this.items.push({
      id: `log-${createHash("sha256").update(prompt).digest("hex").slice(0, 12)}`,
      stratum,
      prompt,
      answer: rawAnswer === undefined ? undefined : answer,
      seen,
    });
    return true;
  }
}

function candidatesFor(places: number): number {
  return 3 * places + 20;
}

/** First pass: how much traffic each stratum has, and which of its requests come first. */
async function surveyLog(
  files: readonly string[],
  { fields, items, seed }: LogSampleOptions,
  find: PersonalFinder,
  signal: AbortSignal,
) {
  const kinds = new Strata((route) => redact([route], find).texts[0] ?? "");
  const strata = new Map<string, { readonly stratum: Stratum; readonly ranks: LowestRanks }>();
  const passedOver: Record<string, { count: number; first: string }> = {};
  let requests = 0;
  for (const [file, path] of files.entries()) {
    for await (const source of readRows(path, { format: "jsonl" }, signal)) {
      throwIfAborted(signal);
      const request = "problem" in source ? { reason: "not valid JSON" } : readRequest(source.row, fields);
      if ("reason" in request) {
        const told = passedOver[request.reason] ?? { count: 0, first: `${path}:${source.place.line}` };
        passedOver[request.reason] = { ...told, count: told.count + 1 };
        continue;
      }
      requests += 1;
      const stratum = kinds.of(request);
      const key = JSON.stringify(stratum);
      const known = strata.get(key) ?? { stratum, ranks: new LowestRanks(candidatesFor(items)) };
      strata.set(key, known);
      known.ranks.add(rankOf(request.prompt, seed), file, source.place.line);
    }
  }
  if (requests === 0) {
    const reasons = Object.entries(passedOver).map(
      ([reason, { count, first }]) => `${count} × ${reason}, first ${first}`,
    );
    throw new UsageError(`no usable request in ${files.join(", ")}: ${reasons.join("; ") || "the file is empty"}`, {
      hint: "say where the prompt stands: --prompt <field>, e.g. --prompt body.messages",
    });
  }
  return { requests, passedOver, strata: [...strata.values()] };
}

/** Second pass: the candidates' texts. */
async function readCandidates(
  files: readonly string[],
  candidates: readonly Ranked[],
  fields: LogFields,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LogRequest>> {
  const wanted = new Set(candidates.map(placeKey));
  const found = new Map<string, LogRequest>();
  for (const [file, path] of files.entries()) {
    for await (const source of readRows(path, { format: "jsonl" }, signal)) {
      const key = placeKey({ file, line: source.place.line });
      if (!wanted.has(key) || "problem" in source) continue;
      const request = readRequest(source.row, fields);
      if (!("reason" in request)) found.set(key, request);
    }
  }
  return found;
}

function placeKey({ file, line }: { readonly file: number; readonly line: number }): string {
  return `${file}:${line}`;
}
