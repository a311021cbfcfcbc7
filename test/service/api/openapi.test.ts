import { describe, expect, it } from "vitest";
import { openApiDocument, problemsOf } from "../../../src/service/api/openapi.ts";
import type { Operation } from "../../../src/service/api/operations/operation.ts";
import { OPERATIONS, type OperationName } from "../../../src/service/api/operations/operations.ts";
import { ProblemSchema } from "../../../src/service/api/problem.ts";
import { type Answered, ask, runToEnd, specOf, startHarness } from "./harness.ts";

const operations = Object.entries(OPERATIONS) as [OperationName, Operation][];

describe("/openapi.json", () => {
  it("describes every operation, with its scope, its answers and its problems", () => {
    const document = openApiDocument("1.2.3") as {
      readonly openapi: string;
      readonly paths: Record<string, Record<string, { operationId: string; responses: object; parameters: object[] }>>;
    };
    expect(document.openapi).toBe("3.1.0");
    expect(operations.length).toBeGreaterThan(20);
    for (const [name, operation] of operations) {
      const described = document.paths[operation.path]?.[operation.method];
      expect(described?.operationId).toBe(name);
      const statuses = Object.keys(described?.responses ?? {}).map(Number);
      expect(statuses.sort()).toEqual([...Object.keys(operation.answers).map(Number), ...problemsOf(operation)].sort());
      for (const [, parameter = ""] of operation.path.matchAll(/\{(\w+)\}/g))
        expect(described?.parameters).toContainEqual(expect.objectContaining({ name: parameter, required: true }));
    }
    const text = JSON.stringify(document);
    expect(text).not.toContain('"url"');
    expect(text).not.toContain("apiKey");
  });

  it("is what the service answers: every documented answer is given, and fits its schema", async () => {
    const harness = await startHarness();
    const [first, second] = [
      await runToEnd(harness),
      await runToEnd(harness, specOf({ FP16: "good", Q4_K_M: "same" })),
    ];
    const run = `/api/v1/runs/${first}`;
    const seen = new Map<string, Set<number>>();
    const call = async (name: OperationName, path: string, options: Parameters<typeof ask>[3] = {}) => {
      const operation: Operation = OPERATIONS[name];
      const answer = await ask(harness, operation.method.toUpperCase(), path, options);
      hold(name, operation, answer);
      seen.set(name, (seen.get(name) ?? new Set()).add(answer.status));
      return answer;
    };

    const key = { "idempotency-key": "once" };
    await call("submitRun", "/api/v1/runs", { body: specOf(), headers: key });
    await call("submitRun", "/api/v1/runs", { body: specOf(), headers: key });
    await call("submitRun", "/api/v1/runs", { body: specOf({ FP16: "good", Q8_0: "same" }), headers: key });
    await call("submitRun", "/api/v1/runs", { body: { ...specOf(), tasks: [{ dataset: "no-such-thing" }] } });
    await call("submitRun", "/api/v1/runs", { body: "{", headers: {} });
    await call("submitRun", "/api/v1/runs", { body: specOf(), headers: { "content-type": "text/plain" } });
    await call("submitRun", "/api/v1/runs", { body: specOf(), scope: "read" });
    await call("listRuns", "/api/v1/runs?limit=1");
    await call("listRuns", "/api/v1/runs?nonsense=1");
    await call("listRuns", "/api/v1/runs", { scope: "nobody" });
    await call("getRun", run);
    await call("getRun", "/api/v1/runs/none");
    await call("watchRun", `${run}/events`);
    await call("watchRun", `${run}/events`, { headers: { "last-event-id": "999999999999" } });
    for (const [name, path] of [
      ["getSummary", "summary"],
      ["getVerdicts", "verdicts"],
      ["getReport", "report.html"],
      ["getMarkdown", "report.md"],
      ["getJunit", "junit.xml"],
      ["listRecords", "records?limit=7"],
    ] as const)
      await call(name, `${run}/${path}`);
    await call("compareRuns", `/api/v1/comparisons?reference=${first}&newer=${second}`);
    await call("getMatrix", "/api/v1/matrix");
    await call("getMatrix", `/api/v1/matrix?runs=${first},${second}`);
    await call("getMatrix", "/api/v1/matrix?published=true");
    const asked = await call("recommend", "/api/v1/recommend", { body: { model: "llama3.2-1b", vramGb: 12 } });
    expect(asked.json).toMatchObject({ kind: "recommended", choice: { quantization: "Q4_K_M" } });
    await call("recommend", "/api/v1/recommend", { body: { model: "mystery", runs: [first] } });
    const unknown = await call("recommend", "/api/v1/recommend", { body: { model: "phi-2", gpu: "abacus" } });
    expect([unknown.status, unknown.text.includes("not in the table")]).toEqual([400, true]);
    await call("cancelRun", `${run}/cancel`);
    await call("nameBaseline", "/api/v1/baselines/june", { body: { run: first } });
    const named = await call("compareRuns", `/api/v1/comparisons?reference=june&newer=${second}`);
    expect(named.json).toMatchObject({ reference: { id: first }, newer: { id: second } });
    const passing = await call("compareRuns", `/api/v1/comparisons?reference=last-passing&newer=${second}`);
    expect([passing.status, passing.text.includes("has passed")]).toEqual([404, true]);
    await call("listBaselines", "/api/v1/baselines");
    await call("removeBaseline", "/api/v1/baselines/june");
    await call("removeBaseline", "/api/v1/baselines/june");
    const weekly = { cron: "0 3 * * 1", timezone: "Europe/Berlin", spec: specOf() };
    await call("putSchedule", "/api/v1/schedules/weekly", { body: weekly });
    await call("putSchedule", "/api/v1/schedules/weekly", { body: { ...weekly, cron: "mondays" } });
    await call("putSchedule", "/api/v1/schedules/weekly", { body: weekly, scope: "submit" });
    await call("listSchedules", "/api/v1/schedules");
    await call("getSchedule", "/api/v1/schedules/weekly");
    await call("removeSchedule", "/api/v1/schedules/weekly");
    await call("removeSchedule", "/api/v1/schedules/weekly");
    await call("getSchedule", "/api/v1/schedules/weekly");
    await call("listWebhooks", "/api/v1/webhooks");
    await call("listPolicies", "/api/v1/policies");
    await call("listBackends", "/api/v1/backends");
    await call("listDatasets", "/api/v1/datasets");
    await call("getHealth", "/healthz", { scope: "nobody" });
    await call("getReadiness", "/readyz", { scope: "nobody" });
    await call("getMetrics", "/metrics");
    await call("deleteRun", run);
    await call("deleteRun", run);

    for (const [name, { answers }] of operations)
      for (const status of Object.keys(answers)) expect([...(seen.get(name) ?? [])], name).toContain(Number(status));
    expect([...new Set([...seen.values()].flatMap((each) => [...each]))].sort()).toEqual([
      200, 201, 204, 400, 401, 403, 404, 409, 415, 422,
    ]);
  });
});

function hold(name: string, operation: Operation, { status, headers, json, text }: Answered): void {
  const answer = operation.answers[status];
  const type = headers.get("content-type") ?? "";
  if (answer === undefined) {
    expect(problemsOf(operation), `${name}: ${text}`).toContain(status);
    expect(type).toContain("application/problem+json");
    const problem = ProblemSchema.parse(json);
    expect(problem.status).toBe(status);
    return;
  }
  if ("schema" in answer) {
    const parsed = answer.schema.safeParse(json);
    expect(parsed.error?.issues ?? [], name).toEqual([]);
    expect(type).toContain("application/json");
  } else if ("type" in answer) {
    expect(type).toContain(answer.type);
    expect(text.length).toBeGreaterThan(50);
  } else expect(text).toBe("");
}
