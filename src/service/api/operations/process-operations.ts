import { HealthSchema, ReadinessSchema } from "../api-schemas.ts";
import { none, type Operation } from "./operation.ts";

/** How the process is. */
export const PROCESS_OPERATIONS = {
  getHealth: {
    method: "get",
    path: "/healthz",
    summary: "Whether the process answers.",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "It does.", schema: HealthSchema } },
    problems: [],
  },
  getReadiness: {
    method: "get",
    path: "/readyz",
    summary: "Whether runs can be kept now.",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "They can.", schema: ReadinessSchema } },
    problems: [503],
  },
  getMetrics: {
    method: "get",
    path: "/metrics",
    summary: "Metrics for Prometheus.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "Text format.", type: "text/plain" } },
    problems: [],
  },
} as const satisfies Readonly<Record<string, Operation>>;
