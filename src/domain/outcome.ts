/** What a rule, a variant or a whole run comes to. */
export const OUTCOMES = ["pass", "fail", "inconclusive"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What a rule can come to; `not-told`: what it asks about nobody tells, which speaks neither for the variant nor against it. */
export const RULE_OUTCOMES = [...OUTCOMES, "not-told"] as const;
export type RuleOutcome = (typeof RULE_OUTCOMES)[number];
