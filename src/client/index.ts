/**
 * A QuantGate service from a program.
 *
 * ```ts
 * const client = new QuantGateClient({ server: "http://127.0.0.1:8080", token: process.env.QUANTGATE_TOKEN });
 * const { id } = await client.submit(spec);
 * const { overall } = await client.wait(id);
 * ```
 */
export type {
  Baseline,
  NewSchedule,
  RecordPage,
  RegisteredBackend,
  RunList,
  Schedule,
  SubmittedRun,
} from "../service/api/api-schemas.ts";
export type { RunEvent, RunState, VariantProgress } from "../service/api/run-service.ts";
export type { SubmittedSpec } from "../service/api/submitted-spec.ts";
export { QuantGateClient, type RecordQuery, type RunQuery } from "./client.ts";
export { ServiceError } from "./service-error.ts";
export type { CallOptions, ClientOptions } from "./transport.ts";
