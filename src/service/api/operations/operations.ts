import type { z } from "zod";
import { BASELINE_OPERATIONS } from "./baseline-operations.ts";
import { CATALOG_OPERATIONS } from "./catalog-operations.ts";
import { PROCESS_OPERATIONS } from "./process-operations.ts";
import { RESULT_OPERATIONS } from "./result-operations.ts";
import { RUN_OPERATIONS } from "./run-operations.ts";
import { SCHEDULE_OPERATIONS } from "./schedule-operations.ts";

/** Every operation of the API: what it takes, who may do it, what it answers. */
export const OPERATIONS = {
  ...RUN_OPERATIONS,
  ...RESULT_OPERATIONS,
  ...BASELINE_OPERATIONS,
  ...SCHEDULE_OPERATIONS,
  ...CATALOG_OPERATIONS,
  ...PROCESS_OPERATIONS,
};

export type OperationName = keyof typeof OPERATIONS;
type Shape<K extends OperationName> = (typeof OPERATIONS)[K];

/** What a handler gets: everything checked. */
export interface Input<K extends OperationName> {
  readonly params: z.output<Shape<K>["params"]>;
  readonly query: z.output<Shape<K>["query"]>;
  readonly headers: z.output<Shape<K>["headers"]>;
  readonly body: Shape<K> extends { readonly body: infer B extends z.ZodType } ? z.output<B> : undefined;
}
