import { z } from "zod";
import { NAME } from "../../domain/name.ts";

const NameSchema = z.string().regex(NAME);

/** A unit of a run's plan, to be answered or scored. Messages are references: the spec and the answers are in the store. */
export const UnitJobSchema = z.strictObject({ run: NameSchema, unit: z.int().nonnegative() });
export type UnitJob = z.output<typeof UnitJobSchema>;

/** A run, to be brought to its end. */
export const RunJobSchema = z.strictObject({ run: NameSchema });
export type RunJob = z.output<typeof RunJobSchema>;

/** A schedule, whose spec is to be submitted. */
export const ScheduleJobSchema = z.strictObject({ schedule: NameSchema });
export type ScheduleJob = z.output<typeof ScheduleJobSchema>;

/** A run of a schedule, whose verdict may have changed. */
export const AlertJobSchema = z.strictObject({ run: NameSchema });
export type AlertJob = z.output<typeof AlertJobSchema>;
