import { z } from "zod";

const RunIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

/** A unit of a run's plan, to be answered or scored. Messages are references: the spec and the answers are in the store. */
export const UnitJobSchema = z.strictObject({ run: RunIdSchema, unit: z.int().nonnegative() });
export type UnitJob = z.output<typeof UnitJobSchema>;

/** A run, to be brought to its end. */
export const RunJobSchema = z.strictObject({ run: RunIdSchema });
export type RunJob = z.output<typeof RunJobSchema>;

/** A schedule, whose spec is to be submitted. */
export const ScheduleJobSchema = z.strictObject({ schedule: RunIdSchema });
export type ScheduleJob = z.output<typeof ScheduleJobSchema>;

/** A run of a schedule, whose verdict may have changed. */
export const AlertJobSchema = z.strictObject({ run: RunIdSchema });
export type AlertJob = z.output<typeof AlertJobSchema>;
