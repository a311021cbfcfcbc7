import picocolors from "picocolors";
import { decimal } from "../domain/write-number.ts";
import type { PowerPlan } from "../gate/plan-power.ts";
import { metricName } from "./comparison-words.ts";
import { escapeTerminal } from "./escape.ts";
import { count, plural } from "./format.ts";
import { wrap } from "./wrap.ts";

/** What a run would ask and what it could decide. */
export interface RunPlan {
  readonly schema: 1;
  readonly name: string;
  readonly policy: string;
  readonly variants: readonly string[];
  /** Of all variants, with repeated and sampled ones. */
  readonly answers: number;
  readonly tasks: readonly {
    readonly task: string;
    readonly type: "multiple-choice" | "generation";
    readonly items: number;
    readonly answers: number;
  }[];
  readonly power: PowerPlan;
}

/** Tasks with items and answers, the least loss that is likely to be noticed, what each margin needs, and what can't be decided. */
export function renderRunPlan(
  plan: RunPlan,
  { columns, color }: { readonly columns: number; readonly color: boolean },
): string {
  const colors = picocolors.createColors(color);
  const { tasks, margins, warnings } = plan.power;
  const width = Math.max(...plan.tasks.map(({ task }) => task.length));
  const lines = [
    `${plan.name}: ${plural(plan.variants.length, "variant")}, ${plural(plan.tasks.length, "task")}, ${plural(plan.answers, "answer")}; nothing is asked yet`,
    "",
    ...plan.tasks.map(
      ({ task, items, answers }) => `  ${task.padEnd(width)}  ${plural(items, "item")}, ${plural(answers, "answer")}`,
    ),
    ...(tasks.length === 0
      ? []
      : [
          "",
          `Least loss of accuracy that is likely to be noticed (α = ${decimal(plan.power.alpha, 3)} one-sided, power 80 %)`,
        ]),
    ...tasks.map(({ task, items, detectableLoss }) => {
      const losses = detectableLoss.map(
        ({ discordance, pp }) => `${decimal(pp, 1)} pp if ${decimal(100 * discordance, 0)} % of the items flip`,
      );
      return `  ${task.padEnd(width)}  n = ${count(items)}: ${losses.join(", ")}`;
    }),
    "",
    `Policy ${plan.policy}: items that pass a variant which lost nothing`,
    ...(margins.length === 0 ? ["  it has no margin that an interval decides"] : []),
    ...margins
      .filter(({ decidable }) => decidable)
      .map(({ label, metric, margin, unit, items, needed }) => {
        const least = needed.map(({ items: n, assumption }) => `${count(n)} if ${assumption}`).join(", ");
        const what = `${metricName({ metric })} within ${decimal(margin, 1)} ${unit === "pp" ? "pp" : "%"}`;
        return `  ${label}: ${what}: it has ${count(items)}; it takes ${least}`;
      }),
  ];
  const say = (line: string): string => {
    const text = escapeTerminal(line).trimStart();
    return wrap(text, columns, { indent: line.length - line.trimStart().length, hanging: 2 });
  };
  return [...lines.map((line) => say(line)), ...warnings.map((warning) => colors.yellow(say(`! ${warning}`)))].join(
    "\n",
  );
}
