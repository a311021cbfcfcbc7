import { z } from "zod";
import { NAME } from "../../../domain/name.ts";
import type { Scope } from "../tokens.ts";

/** What is answered with a status: a JSON document, or text of a type. */
export type Answer =
  | { readonly description: string; readonly schema: z.ZodType }
  | { readonly description: string; readonly type: string }
  | { readonly description: string };

export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  /** With `{parameters}`. */
  readonly path: string;
  readonly summary: string;
  /** Absent: open to everybody. */
  readonly scope?: Scope;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly headers: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Kinds of problem besides those that every operation has. */
  readonly problems: readonly number[];
}

export const RunIdSchema = z.string().regex(NAME, "not a run's id").describe("A run's id.");
const NameSchema = z.string().regex(NAME, "not a name");
export const none = z.strictObject({});
export const ofRun = z.strictObject({ id: RunIdSchema });
export const byName = z.strictObject({ name: NameSchema });
export const ModelFilterSchema = z.string().min(1).max(200);
export const LimitSchema = (standard: number, most: number) =>
  z.coerce.number().int().min(1).max(most).default(standard);
