/** Files that a user writes: an evaluation, a gate, what the fields of rows mean, and a dataset. */
export const SCHEMAS = ["spec", "policy", "mapping", "manifest"] as const;
export type SchemaName = (typeof SCHEMAS)[number];
