import { RunError } from "../../domain/errors.ts";
import { builtInPolicy } from "../../gate/policies.ts";
import { POLICY_NAMES } from "../../gate/policy-schema.ts";
import { baselineNamed, baselineNames, nameBaseline } from "../../pipeline/named-baselines.ts";
import type { DocumentName } from "../../store/run-store.ts";
import type { OperationName } from "./operations/operations.ts";
import type { ServiceParts } from "./parts.ts";
import { HttpProblem } from "./problem.ts";
import { type Handler, json, type Reply } from "./reply.ts";
import { sequenceOf } from "./run-service.ts";
import { scheduleHandlers } from "./schedule-handlers.ts";
import { documentOf, openRun, recordPage } from "./stored-runs.ts";
import { submitSpec } from "./submit-spec.ts";

type Handlers = { readonly [K in OperationName]: Handler<K> };

/** What each operation does. */
export function apiHandlers(parts: ServiceParts): Handlers {
  const { service, store, backends, findDatasets, metrics, version } = parts;
  const stored = async (id: string, name: DocumentName): Promise<Reply> =>
    json(JSON.parse(await documentOf(store, id, name)));
  const text = async (id: string, name: DocumentName, type: string): Promise<Reply> => ({
    kind: "text",
    type,
    text: await documentOf(store, id, name),
  });

  return {
    submitRun: async ({ body, headers }, { caller }) => {
      const key = headers["idempotency-key"];
      const options = { submittedBy: caller.name, ...(key === undefined ? {} : { idempotencyKey: key }) };
      const { id, created } = await submitSpec(body, options, parts);
      return { kind: "json", status: created ? 201 : 200, body: { id, created }, location: `/api/v1/runs/${id}` };
    },
    listRuns: async ({ query }) => {
      const { limit, after, status, model, overall, schedule, submittedBy } = query;
      const filter = {
        ...(status === undefined ? {} : { statuses: [status] }),
        ...(model === undefined ? {} : { model }),
        ...(overall === undefined ? {} : { overall }),
        ...(schedule === undefined ? {} : { schedule }),
        ...(submittedBy === undefined ? {} : { submittedBy }),
      };
      const { runs, more } = await store.find(filter, { limit, ...(after === undefined ? {} : { after }) });
      const next = more ? runs.at(-1)?.id : undefined;
      return json({ runs, ...(next === undefined ? {} : { next }) });
    },
    getRun: async ({ params }) => {
      await openRun(store, params.id);
      return json(await service.status(params.id));
    },
    deleteRun: async ({ params }) => {
      await openRun(store, params.id);
      const { phase } = await service.status(params.id);
      if (phase !== "ended")
        throw new HttpProblem("not-ready", `run ${params.id} has not ended`, { hint: "cancel it first" });
      await store.remove(params.id);
      return { kind: "empty" };
    },
    cancelRun: async ({ params }) => {
      await openRun(store, params.id);
      return json(await service.cancel(params.id));
    },
    watchRun: async ({ params, headers }, { signal }) => {
      await openRun(store, params.id);
      const after = Number(headers["last-event-id"] ?? -1);
      const state = await service.status(params.id);
      // Tells a browser not to come back.
      if (state.phase === "ended" && sequenceOf(state) <= after) return { kind: "empty" };
      return { kind: "events", events: service.events(params.id, after, signal) };
    },
    getSummary: ({ params }) => stored(params.id, "summary.json"),
    getVerdicts: ({ params }) => stored(params.id, "verdicts.json"),
    getReport: async ({ params }) => ({ kind: "page", html: await documentOf(store, params.id, "report.html") }),
    getMarkdown: ({ params }) => text(params.id, "report.md", "text/markdown"),
    getJunit: ({ params }) => text(params.id, "junit.xml", "application/xml"),
    listRecords: async ({ params, query }, { signal }) =>
      json(await recordPage(await openRun(store, params.id), query, signal)),
    compareRuns: async ({ query }, { signal }) => {
      const { compareStoredRuns, referenceOf } = await import("./compare-stored-runs.ts");
      const newer = await openRun(store, query.newer);
      const reference = await openRun(store, await referenceOf(query.reference, newer, store));
      return json(await compareStoredRuns(reference, newer, store, signal));
    },
    getMatrix: async ({ query }) => {
      const { storedMatrix } = await import("./stored-matrix.ts");
      return json(await storedMatrix(store, query));
    },
    recommend: async ({ body }) => {
      const { storedRecommendation } = await import("./stored-recommendation.ts");
      return json(await storedRecommendation(store, body));
    },
    listBaselines: async () => {
      const baselines: { name: string; run: string }[] = [];
      for (const name of await baselineNames(store)) {
        const run = await baselineNamed(name, store);
        if (run !== undefined) baselines.push({ name, run });
      }
      return json({ baselines });
    },
    nameBaseline: async ({ params, body }) => {
      await openRun(store, body.run);
      await nameBaseline(params.name, body.run, store);
      return json({ name: params.name, run: body.run });
    },
    removeBaseline: async ({ params }) => {
      if (!(await store.collection("baselines").remove(params.name)))
        throw new HttpProblem("not-found", `no baseline "${params.name}"`);
      return { kind: "empty" };
    },
    ...scheduleHandlers(parts),
    listWebhooks: async () => json({ webhooks: backends.webhooks() }),
    listPolicies: async () => json({ policies: POLICY_NAMES.map((name) => builtInPolicy(name)) }),
    listBackends: async () => json({ backends: backends.list() }),
    listDatasets: async () => json({ datasets: await findDatasets.names() }),
    getHealth: async () => json({ status: "ok", version }),
    getReadiness: async () => {
      try {
        await store.check();
        return json({ status: "ready", executor: service.executor, ...(await service.load()) });
      } catch (cause) {
        throw new RunError("runs can't be kept at the moment", { cause, hint: "the server's log says why" });
      }
    },
    getMetrics: async () => ({ kind: "text", type: metrics.contentType, text: await metrics.text() }),
  };
}
