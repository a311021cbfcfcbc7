import { describe, expect, it } from "vitest";
import type { EvaluationServices } from "../../../src/pipeline/evaluation.ts";
import { sequenceOf } from "../../../src/service/api/run-service.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { ask, type Harness, ITEMS, runToEnd, specOf, startHarness } from "./harness.ts";

/** Holds every run before its first answer until it is let go. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const change = (services: EvaluationServices): EvaluationServices => ({
    ...services,
    openBackend: async (variant, signal) => {
      await Promise.race([
        opened,
        new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener("abort", () => resolve(), { once: true });
        }),
      ]);
      return services.openBackend(variant, signal);
    },
  });
  return { open, change };
}

async function submit(harness: Harness, key?: string, spec: object = specOf()): Promise<string> {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  const { json, text, status } = await ask(harness, "POST", "/api/v1/runs", { body: spec, headers });
  expect([200, 201], text).toContain(status);
  return (json as { readonly id: string }).id;
}

async function state(harness: Harness, id: string) {
  return (await ask(harness, "GET", `/api/v1/runs/${id}`)).json as Record<string, unknown>;
}

/** The ids of a stream's events, as many as there are until it ends or `until` is seen. */
async function eventsOf(harness: Harness, id: string, after?: string, until?: string) {
  const controller = new AbortController();
  const response = await fetch(`${harness.url}/api/v1/runs/${id}/events`, {
    signal: controller.signal,
    headers: {
      authorization: `Bearer ${harness.tokens.read}`,
      ...(after === undefined ? {} : { "last-event-id": after }),
    },
  });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (until !== undefined && text.includes(until)) break;
  }
  controller.abort();
  return [...text.matchAll(/id: (\d+)\nevent: state\ndata: (.+)\n\n/g)].map(([, sequence = "", data = ""]) => ({
    sequence,
    state: JSON.parse(data) as { readonly phase: string; readonly done: number },
  }));
}

describe("runs in this process", () => {
  it("are executed one after the other, come to a verdict and can be read in every form", async () => {
    const { open, change } = gate();
    const harness = await startHarness({ change });
    const [first, second] = [
      await submit(harness),
      await submit(harness, undefined, specOf({ FP16: "good", Q4_K_M: "same" })),
    ];
    expect(await state(harness, second)).toMatchObject({ phase: "queued", ahead: 1, answers: 2 * ITEMS, done: 0 });
    expect((await ask(harness, "GET", `/api/v1/runs/${second}/verdicts`)).status).toBe(409);
    open();
    for await (const { state: last } of harness.service.events(second, -1, new AbortController().signal))
      if (last.phase === "ended") expect(last).toMatchObject({ status: "completed" });
    expect(await state(harness, first)).toMatchObject({
      status: "completed",
      overall: "fail",
      exitCode: 1,
      done: 2 * ITEMS,
    });
    const pages: string[] = [];
    let after = 0;
    for (;;) {
      const { json } = await ask(harness, "GET", `/api/v1/runs/${first}/records?limit=33&after=${after}`);
      const { records, next } = json as { records: { variant: string; item: string }[]; next?: number };
      pages.push(...records.map(({ variant, item }) => `${variant} ${item}`));
      if (next === undefined) break;
      after = next;
    }
    expect(pages).toHaveLength(2 * ITEMS);
    expect(new Set(pages).size).toBe(2 * ITEMS);
    const { json } = await ask(harness, "GET", "/api/v1/runs?submittedBy=admin&status=completed");
    expect((json as { runs: { id: string }[] }).runs.map(({ id }) => id)).toEqual([second, first]);
    expect((await ask(harness, "GET", "/api/v1/runs?submittedBy=nobody")).json).toEqual({ runs: [] });
    const compared = await ask(harness, "GET", `/api/v1/comparisons?reference=${second}&newer=${first}`);
    expect(compared.status, compared.text).toBe(200);
  });

  it("are the same run for the same key, also when submitted many times at once, and a conflict for another spec", async () => {
    const harness = await startHarness();
    const ids = await Promise.all(Array.from({ length: 20 }, () => submit(harness, "k1")));
    expect(new Set(ids).size).toBe(1);
    expect(await harness.store.list()).toHaveLength(1);
    const other = { body: specOf({ FP16: "good", Q8_0: "same" }), headers: { "idempotency-key": "k1" } };
    expect((await ask(harness, "POST", "/api/v1/runs", other)).status).toBe(409);
    expect((await ask(harness, "POST", "/api/v1/runs", { ...other, scope: "submit" })).status).toBe(201);
  });

  it("can be cancelled while they wait and while they are executed", async () => {
    const { change } = gate();
    const harness = await startHarness({ change });
    const [running, waiting] = [await submit(harness), await submit(harness)];
    for await (const { state: now } of harness.service.events(running, -1, new AbortController().signal))
      if (now.phase === "running") break;
    for (const id of [waiting, running]) {
      const { status, json } = await ask(harness, "POST", `/api/v1/runs/${id}/cancel`);
      expect(status).toBe(200);
      expect(json).toMatchObject({ status: "cancelled", phase: "ended" });
      expect(await state(harness, id)).toMatchObject({ status: "cancelled", phase: "ended" });
    }
    expect(await runToEnd(await startHarness())).toBeTruthy();
  });

  it("tell their states in order, and go on after a lost connection where it broke", async () => {
    const { open, change } = gate();
    const harness = await startHarness({ change });
    const id = await submit(harness);
    const [first] = await eventsOf(harness, id, undefined, '"phase":"running"');
    expect(first).toBeDefined();
    open();
    const rest = await eventsOf(harness, id, first?.sequence);
    const numbers = rest.map(({ sequence }) => Number(sequence));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers[0]).toBeGreaterThan(Number(first?.sequence));
    expect(rest.at(-1)?.state).toMatchObject({ phase: "ended", done: 2 * ITEMS });
    const last = String(rest.at(-1)?.sequence);
    const again = await ask(harness, "GET", `/api/v1/runs/${id}/events`, { headers: { "last-event-id": last } });
    expect(again.status).toBe(204);
  });

  it("go on when the service is started again, and end with the same verdicts", async () => {
    const folder = await temporaryFolder();
    const { change } = gate();
    const before = await startHarness({ folder, change });
    const [running, waiting] = [await submit(before), await submit(before)];
    await before.close();
    const after = await startHarness({ folder });
    for (const id of [running, waiting])
      for await (const { state: now } of after.service.events(id, -1, new AbortController().signal))
        if (now.phase === "ended") expect(now).toMatchObject({ status: "completed", overall: "fail" });
    const undisturbed = await runToEnd(after);
    const verdicts = async (id: string) => (await after.store.open(id)).read("verdicts.json");
    expect(await verdicts(running)).toBe(await verdicts(undisturbed));
    expect(await verdicts(waiting)).toBe(await verdicts(undisturbed));
  });

  it("say why they failed", async () => {
    const harness = await startHarness({
      change: (services) => ({
        ...services,
        openBackend: async () => {
          throw new Error("the backend burnt down");
        },
      }),
    });
    const id = await runToEnd(harness);
    expect(await state(harness, id)).toMatchObject({ status: "failed", failure: "the backend burnt down" });
  });
});

describe("the place of a state", () => {
  it("grows with the phase, then with the answers", () => {
    const places = [
      sequenceOf({ phase: "queued", done: 0 }),
      sequenceOf({ phase: "running", done: 0 }),
      sequenceOf({ phase: "running", done: 999_999 }),
      sequenceOf({ phase: "analyzing", done: 999_999 }),
      sequenceOf({ phase: "ended", done: 3 }),
    ];
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(5);
  });
});
