import type { DatasetFinder } from "../../dataset/find.ts";
import type { RunStore } from "../../store/run-store.ts";
import type { Tracer } from "../../telemetry/tracer.ts";
import type { Authentication } from "./authenticate.ts";
import type { BackendRegistry } from "./backend-registry.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import type { RunService } from "./run-service.ts";
import type { ScheduleKeeper } from "./schedule-keeper.ts";

/** Everything the service is made of. */
export interface ServiceParts {
  readonly service: RunService;
  readonly store: RunStore;
  /** Absent: nobody here has a clock that outlives the process. */
  readonly schedules?: ScheduleKeeper;
  readonly backends: BackendRegistry;
  readonly findDatasets: DatasetFinder;
  readonly authentication: Authentication;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
  readonly version: string;
  /** Requests a minute that one caller may make. */
  readonly requestsPerMinute: number;
  /** Most answers that one run may ask for. */
  readonly maxAnswers: number;
}
