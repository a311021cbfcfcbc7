import { describe, expect, it } from "vitest";
import { decidingLevel } from "../../src/domain/deciding-level.ts";
import { planPower } from "../../src/gate/plan-power.ts";
import { planRules } from "../../src/gate/plan-rules.ts";
import { parsePolicy } from "../../src/gate/policies.ts";
import { boundedMeanInterval } from "../../src/stats/bounded-mean.ts";
import { wilsonInterval } from "../../src/stats/wilson.ts";
import { quizTask, writingTask } from "../task/example-task.ts";

const level = decidingLevel(1);
const policy = (rules: string) => parsePolicy(`name: own\nrules: [${rules}]\n`, "own.yaml");
const plan = (rules: string, items: number) =>
  planRules([quizTask({ items }), writingTask({ items })], policy(rules), level);

describe("what a run of this size can decide of minima and flips", () => {
  it("is counted for accuracy as Wilson's interval decides it", () => {
    const [rule] = plan("{ type: min-score, metric: accuracy, atLeast: 0.9 }", 20);
    const best = rule?.needed[0]?.items ?? 0;
    const lower = (n: number) => wilsonInterval({ successes: n, trials: n, confidence: 0.9 }).lower;
    expect(lower(best)).toBeGreaterThanOrEqual(0.9);
    expect(lower(best - 1)).toBeLessThan(0.9);
    expect(rule).toMatchObject({ rule: "accuracy at least 0.9", items: 20, decidable: false });
    expect(plan("{ type: min-score, metric: accuracy, atLeast: 0.9 }", 1000)[0]?.decidable).toBe(true);
  });

  it("is counted for flips as Wilson's interval decides them", () => {
    const [rule] = plan("{ type: max-flips, percent: 5 }", 20);
    const none = rule?.needed[0]?.items ?? 0;
    const upper = (n: number) => wilsonInterval({ successes: 0, trials: n, confidence: 0.9 }).upper;
    expect(upper(none)).toBeLessThanOrEqual(0.05);
    expect(upper(none - 1)).toBeGreaterThan(0.05);
    expect(rule).toMatchObject({ rule: "at most 5 % flips", decidable: false });
  });

  it("is counted for metrics about as the betting interval decides them", () => {
    const [rule] = plan("{ type: min-score, metric: rouge_l, atLeast: 0.4 }", 20);
    const above = rule?.needed[1]?.items ?? 0;
    const lower = (n: number) =>
      boundedMeanInterval(new Array(n).fill(0.45), { lower: 0, upper: 1, confidence: 0.9 }).lower;
    expect(lower(2 * above)).toBeGreaterThanOrEqual(0.4);
    expect(lower(Math.floor(above / 2))).toBeLessThan(0.4);
  });

  it("leaves out what is always decided: point estimates", () => {
    expect(plan("{ type: min-score, metric: accuracy, atLeast: 0.9, basis: point }", 5)).toEqual([]);
  });

  it("is told as a warning that names the rule, the items and the number that could", () => {
    const { warnings } = planPower([quizTask({ items: 20 })], policy("{ type: max-flips, percent: 5 }"), level);
    expect(warnings).toEqual([
      expect.stringMatching(
        /quiz.*20 items aren't likely to decide at most 5 % flips; it takes about 52 if no item flips, \d+ if half as many flip/,
      ),
    ]);
  });
});
