import { z } from "zod";
import { BaselineListSchema, BaselineSchema } from "../api-schemas.ts";
import { byName, none, type Operation, RunIdSchema } from "./operation.ts";

/** Runs that have a name. */
export const BASELINE_OPERATIONS = {
  listBaselines: {
    method: "get",
    path: "/api/v1/baselines",
    summary: "Runs that have a name.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "By name.", schema: BaselineListSchema } },
    problems: [],
  },
  nameBaseline: {
    method: "put",
    path: "/api/v1/baselines/{name}",
    summary: "Give a run a name, also one that was another's.",
    scope: "admin",
    params: byName,
    query: none,
    headers: none.loose(),
    body: z.strictObject({ run: RunIdSchema }),
    answers: { 200: { description: "The name and its run.", schema: BaselineSchema } },
    problems: [404, 413, 415],
  },
  removeBaseline: {
    method: "delete",
    path: "/api/v1/baselines/{name}",
    summary: "Forget a name; the run stays.",
    scope: "admin",
    params: byName,
    query: none,
    headers: none.loose(),
    answers: { 204: { description: "It is forgotten." } },
    problems: [404],
  },
} as const satisfies Readonly<Record<string, Operation>>;
