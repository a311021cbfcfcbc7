/**
 * Speed of QuantGate's BLEU and ROUGE against bleu-score and js-rouge, as ratios from one run:
 * `npx tsx bench/text-metrics.ts`. Same texts for all, each metric alone, rounds interleaved, medians compared. js-rouge
 * runs twice, with its own tokenizer and with the split that ROUGE prescribes, and bleu-score only splits at spaces; the
 * faster peer counts. The peers' figures differ from the reference implementations', only the time is compared.
 * Exits with 1 when QuantGate is less than 3 times as fast as the faster peer.
 */
import { bleu as peerBleu } from "bleu-score";
import { l as peerRougeL, n as peerRougeN } from "js-rouge";
import { rougeL, rougeN, sentenceBleu } from "../src/metrics.ts";

const REQUIRED_RATIO = 3;
const ROUNDS = 21;
const MIN_ROUND_MS = 5;
const WARM_UP_MS = 200;

type Metric = (candidate: string, reference: string) => unknown;
type TextPair = readonly [candidate: string, reference: string];

interface Contest {
  readonly metric: string;
  readonly ours: Metric;
  readonly peers: readonly { readonly name: string; readonly run: Metric }[];
}

const split = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== "");

const CONTESTS: readonly Contest[] = [
  {
    metric: "BLEU",
    ours: (candidate, reference) => sentenceBleu(candidate, [reference]),
    peers: [{ name: "bleu-score", run: (candidate, reference) => peerBleu(reference, candidate, 4) }],
  },
  ...[1, 2].map((n) => ({
    metric: `ROUGE-${n}`,
    ours: (candidate: string, reference: string) => rougeN(candidate, reference, n),
    peers: [
      { name: "js-rouge", run: (candidate: string, reference: string) => peerRougeN(candidate, reference, { n }) },
      {
        name: "js-rouge, plain split",
        run: (candidate: string, reference: string) => peerRougeN(candidate, reference, { n, tokenizer: split }),
      },
    ],
  })),
  {
    metric: "ROUGE-L",
    ours: (candidate, reference) => rougeL(candidate, reference),
    peers: [
      { name: "js-rouge", run: (candidate, reference) => peerRougeL(candidate, reference) },
      {
        name: "js-rouge, plain split",
        run: (candidate, reference) => peerRougeL(candidate, reference, { tokenizer: split }),
      },
    ],
  },
];

const WORDS = (
  "the of and to in is that for it was on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her " +
  "two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know"
).split(" ");

let results = 0;
let isFastEnough = true;
for (const words of [20, 2_000]) {
  const pairs = Array.from({ length: 8 }, (_, index) => textPair(words, 1 + index));
  for (const { metric, ours, peers } of CONTESTS) {
    const runners = [ours, ...peers.map(({ run }) => run)].map((run) => ({
      run,
      calls: warmUp(run, pairs),
      times: [0],
    }));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { run, calls, times } of runners) times[round] = microsecondsPerCall(run, pairs, calls, round);
    }
    const [ourTime = Number.NaN, ...peerTimes] = runners.map(({ times }) => median(times));
    const ratio = Math.min(...peerTimes) / ourTime;
    if (!(ratio >= REQUIRED_RATIO)) isFastEnough = false;
    const peerColumns = peers.map(({ name }, index) => `${name} ${(peerTimes[index] ?? Number.NaN).toFixed(1)} µs`);
    console.log(
      `${metric.padEnd(8)}${String(words).padStart(5)} words: ${ratio.toFixed(1)} times as fast as the faster peer` +
        `${ratio >= REQUIRED_RATIO ? "" : `, REQUIRED ${REQUIRED_RATIO}`} (ours ${ourTime.toFixed(1)} µs, ${peerColumns.join(", ")})`,
    );
  }
}
if (results === 0) throw new Error("nothing was measured");
process.exitCode = isFastEnough ? 0 : 1;

/** Runs long enough to be compiled, and returns how many calls make a round long against the clock's resolution. */
function warmUp(run: Metric, pairs: readonly TextPair[]): number {
  const end = performance.now() + WARM_UP_MS;
  let microseconds = microsecondsPerCall(run, pairs, 1, 0);
  while (performance.now() < end) {
    microseconds = microsecondsPerCall(run, pairs, Math.ceil(1_000 / microseconds), 0);
  }
  return Math.max(1, Math.ceil((MIN_ROUND_MS * 1_000) / microseconds));
}

function microsecondsPerCall(run: Metric, pairs: readonly TextPair[], calls: number, first: number): number {
  const start = performance.now();
  for (let call = 0; call < calls; call += 1) {
    const [candidate, reference] = pairs[(first + call) % pairs.length] ?? ["", ""];
    // Looking at the result keeps the call from being optimized away.
    if (run(candidate, reference) !== undefined) results += 1;
  }
  return ((performance.now() - start) / calls) * 1_000;
}

/** A reference of this many words with the frequencies of natural text (Zipf), and a candidate with a fifth of them changed. */
function textPair(words: number, seed: number): TextPair {
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const word = (): string => {
    const rank = Math.floor(Math.exp(random() * Math.log(5_000)));
    const suffix = rank < WORDS.length ? "" : Math.floor(rank / WORDS.length).toString(36);
    return `${WORDS[rank % WORDS.length]}${suffix}`;
  };
  const reference = Array.from({ length: words }, word);
  const candidate = reference.map((original) => (random() < 0.2 ? word() : original));
  return [sentences(candidate), sentences(reference)];
}

function sentences(words: readonly string[]): string {
  return words
    .map((word, index) => (index % 14 === 0 ? `${word.charAt(0).toUpperCase()}${word.slice(1)}` : word))
    .map((word, index) => (index % 14 === 13 ? `${word}.` : index % 9 === 8 ? `${word},` : word))
    .join(" ");
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
