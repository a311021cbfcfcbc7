import type { VariantSummary } from "../analyze/summary.ts";
import type { Protocol } from "../domain/protocol.ts";

/** Right answers to one benchmark by one protocol. */
export interface BenchmarkPool {
  /** `mmlu`, `arc-challenge`, …; the task's own name where its dataset is no benchmark. */
  readonly benchmark: string;
  readonly protocol: Protocol;
  readonly correct: number;
  readonly trials: number;
}

export interface AccuracyLoss {
  /** In percentage points, negative where accuracy is higher. */
  readonly lossPp: number;
  /** What was pooled, in words. */
  readonly over: string;
}

/** The benchmarks that the study pooled. */
const PUBLISHED = ["mmlu", "arc-challenge"];

/** The accuracies of a variant's multiple-choice tasks, by benchmark and protocol. */
export function poolsOf(variant: VariantSummary): readonly BenchmarkPool[] {
  const pools = new Map<string, BenchmarkPool>();
  for (const task of variant.tasks) {
    if (task.type !== "multiple-choice" || task.accuracy.kind === "unscored") continue;
    const { protocol, benchmark = task.task, accuracy } = task;
    const key = `${protocol}\n${benchmark}`;
    const known = pools.get(key);
    pools.set(key, {
      benchmark,
      protocol,
      correct: (known?.correct ?? 0) + accuracy.correct,
      trials: (known?.trials ?? 0) + accuracy.trials,
    });
  }
  return [...pools.values()];
}

/**
 * How much accuracy one side lost, over MMLU alone or pooled over MMLU and ARC (over everything that is asked where neither is there), each
 * within a protocol and over the benchmarks that both sides have by it; of several protocols the worst loss. `undefined`: they have none in common.
 */
export function accuracyLoss(
  ours: readonly BenchmarkPool[],
  theirs: readonly BenchmarkPool[],
  over: "mmlu" | "pooled",
): AccuracyLoss | undefined {
  const shared = ours.flatMap((pool) => {
    const other = theirs.find(({ benchmark, protocol }) => benchmark === pool.benchmark && protocol === pool.protocol);
    return other === undefined ? [] : [{ ...pool, other }];
  });
  const published = shared.filter(({ benchmark }) => PUBLISHED.includes(benchmark));
  const counted =
    over === "mmlu"
      ? shared.filter(({ benchmark }) => benchmark === "mmlu")
      : published.length > 0
        ? published
        : shared;
  const protocols = [...new Set(counted.map(({ protocol }) => protocol))];
  const losses = protocols.map((protocol): AccuracyLoss => {
    const pools = counted.filter((pool) => pool.protocol === protocol);
    const share = (sides: readonly Pick<BenchmarkPool, "correct" | "trials">[]): number =>
      sides.reduce((sum, { correct }) => sum + correct, 0) / sides.reduce((sum, { trials }) => sum + trials, 0);
    return {
      lossPp: 100 * (share(pools.map(({ other }) => other)) - share(pools)),
      over: pools.map(({ benchmark }) => NAMES[benchmark] ?? benchmark).join(" + "),
    };
  });
  const [first, ...rest] = losses;
  return first === undefined
    ? undefined
    : rest.reduce((worst, loss) => (loss.lossPp > worst.lossPp ? loss : worst), first);
}

const NAMES: Readonly<Record<string, string>> = { mmlu: "MMLU", "arc-challenge": "ARC" };
