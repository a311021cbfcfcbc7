/** What a rule, a variant or a whole run comes to. */
export const OUTCOMES = ["pass", "fail", "inconclusive"] as const;
export type Outcome = (typeof OUTCOMES)[number];
