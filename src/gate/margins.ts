import { DEFAULT_MARGINS, type Margins } from "../analyze/task-change.ts";
import type { Policy } from "./policies.ts";

/** The strictest margins that a policy has on losses; the usual 3 pp and 3 % where it has none. */
export function marginsOf({ rules }: Policy): Margins {
  const pp = rules.flatMap((rule) => (rule.type === "max-loss" && rule.metric === "accuracy" ? [rule.pp] : []));
  const percent = rules.flatMap((rule) =>
    rule.type === "max-loss" && rule.metric === "key_metric_average" ? [rule.percent] : [],
  );
  return {
    accuracyPp: pp.length === 0 ? DEFAULT_MARGINS.accuracyPp : Math.min(...pp),
    generationPercent: percent.length === 0 ? DEFAULT_MARGINS.generationPercent : Math.min(...percent),
  };
}
