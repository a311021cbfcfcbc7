import { BackendListSchema, DatasetListSchema, PolicyListSchema } from "../api-schemas.ts";
import { none, type Operation } from "./operation.ts";

/** What a spec may name. */
export const CATALOG_OPERATIONS = {
  listPolicies: {
    method: "get",
    path: "/api/v1/policies",
    summary: "Policies that a spec may name, with their rules.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "All of them.", schema: PolicyListSchema } },
    problems: [],
  },
  listBackends: {
    method: "get",
    path: "/api/v1/backends",
    summary: "Backends that the operator registered, by name.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "All of them.", schema: BackendListSchema } },
    problems: [],
  },
  listDatasets: {
    method: "get",
    path: "/api/v1/datasets",
    summary: "Names of the datasets that the server has.",
    scope: "read",
    params: none,
    query: none,
    headers: none.loose(),
    answers: { 200: { description: "All of them.", schema: DatasetListSchema } },
    problems: [],
  },
} as const satisfies Readonly<Record<string, Operation>>;
