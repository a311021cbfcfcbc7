import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Arrow, importsOf, readArrows } from "./support/import-arrows.ts";

const ROOT = join(import.meta.dirname, "..");

interface Room {
  /** Rooms whose code it may use; single files of a room where no more of it is its business. */
  readonly uses: readonly string[];
  /** Rooms of which it may know the types, besides those. */
  readonly types?: readonly string[];
}

/**
 * Who may import whom, from the ground up: a room knows only rooms that stand before it, of code and of types. The way of data is
 * spec → plan → generate → score → analyze → gate → report.
 */
const ROOMS: Readonly<Record<string, Room>> = {
  // What everything speaks of, and numbers in, numbers out.
  domain: { uses: [] },
  stats: { uses: [] },
  // Times, cost and memory.
  perform: { uses: ["domain", "stats"] },
  "package-root.ts": { uses: [] },
  "pause.ts": { uses: ["domain"] },
  "env.ts": { uses: ["domain"] },

  // What a run is made of, and where it is kept.
  files: { uses: ["domain"] },
  gguf: { uses: ["domain"] },
  // Which way out of this machine's network leads where.
  network: { uses: [] },
  hub: { uses: ["domain", "files", "network"] },
  dataset: { uses: ["domain", "hub"] },
  spec: { uses: ["domain", "files", "gguf", "dataset"] },
  store: { uses: ["domain"], types: ["spec"] },

  // What the stages work with.
  task: { uses: ["domain"], types: ["dataset", "spec"] },
  onnx: { uses: ["domain", "files", "hub", "package-root.ts"] },
  backend: {
    uses: [
      "domain",
      "dataset",
      "files",
      "gguf",
      "network",
      "task/build-request.ts",
      "stats/random.ts",
      // What an .onnx file needs beside it.
      "onnx/scan-model-file.ts",
    ],
    types: ["spec"],
  },
  // Asks a backend whether it is what it says.
  probe: { uses: ["domain", "stats", "backend"], types: ["spec"] },
  // Tells somebody else's system what was done when.
  telemetry: { uses: ["domain"], types: ["store"] },

  // The stages.
  plan: { uses: ["domain"], types: ["spec"] },
  generate: { uses: ["domain", "backend", "task"], types: ["dataset", "plan", "spec"] },
  score: { uses: ["domain", "onnx", "task", "store/read-lines.ts"], types: ["dataset", "plan", "spec", "store"] },
  analyze: {
    uses: [
      "domain",
      "stats",
      "plan/plan.ts",
      "score/metrics-by-kind.ts",
      "score/pooled-figures.ts",
      "store/damage.ts",
      "store/read-lines.ts",
      "store/run-store.ts",
      "package-root.ts",
    ],
    types: ["spec", "store"],
  },
  gate: {
    uses: ["domain", "stats", "analyze", "score/metrics-by-kind.ts", "spec/known-keys.ts", "spec/parse.ts"],
    types: ["spec", "store"],
  },
  // From verdicts, published figures and formulas to what to deploy.
  recommend: {
    uses: ["domain", "stats", "perform", "analyze/published.ts", "gate/compatibility.ts", "package-root.ts"],
    types: ["analyze", "gate"],
  },
  report: { uses: ["domain", "stats", "recommend"], types: ["analyze", "gate", "spec", "store"] },

  // What brings them together. Stages know no executor; an executor knows nothing of the pipeline.
  executor: {
    uses: ["domain", "backend", "generate", "plan", "score", "store", "telemetry"],
    types: ["dataset", "spec"],
  },
  pipeline: {
    uses: ["domain", "dataset", "task", "plan", "score", "store", "analyze", "gate", "report"],
    types: ["backend", "executor", "probe", "recommend", "spec"],
  },
  // Makes runs of what other tools wrote: one file a format.
  import: {
    uses: ["domain", "store", "spec/choose-baseline.ts", "pipeline/new-manifest.ts"],
    types: ["dataset", "spec", "store"],
  },
  "compose.ts": {
    uses: [
      "domain",
      "dataset",
      "hub",
      "store",
      "backend",
      "onnx",
      "probe",
      "score",
      "executor",
      "pipeline",
      "gate",
      "env.ts",
      "package-root.ts",
    ],
    types: ["spec"],
  },

  // The service.
  // What callers see: the API and the pages, and runs that are executed beside them.
  "service/api": {
    uses: [
      "domain",
      "network",
      "store",
      "spec",
      "plan",
      "analyze",
      "gate",
      "recommend",
      "report",
      "pipeline",
      "telemetry",
      "package-root.ts",
    ],
    types: ["dataset"],
  },
  // Runs that workers execute, as the service sees them: what is put into queues, and what is taken in from workers.
  "service/queue": {
    uses: [
      "domain",
      "network",
      "store",
      "plan",
      "pipeline",
      "executor",
      "service/api",
      "telemetry",
      "package-root.ts",
      "pause.ts",
    ],
    types: ["spec"],
  },
  // What the processes beside the service do, and the threads of both.
  "service/workers": {
    uses: [
      "domain",
      "store",
      "backend",
      "plan",
      "generate",
      "score",
      "gate",
      "executor",
      "pipeline",
      "service/api",
      "service/queue",
      "telemetry",
      "compose.ts",
      "env.ts",
      "package-root.ts",
    ],
    types: ["dataset", "spec"],
  },

  // The ways in.
  // Speaks to the service over the network; of the service it knows only what its answers look like.
  client: { uses: ["domain", "pause.ts"], types: ["analyze", "gate", "report", "service/api"] },
  // Servers that answer as the real ones would, for tests and for trying a service out.
  "fake-backend": { uses: ["domain", "backend"] },
  cli: {
    uses: [
      "domain",
      "dataset",
      "hub",
      "store",
      "backend/answer-cache.ts",
      "fake-backend/command.ts",
      "probe",
      "spec",
      "plan",
      "analyze",
      "gate",
      "report",
      "pipeline",
      "recommend",
      "service/api",
      "service/queue/open-queued-service.ts",
      "service/workers/execute-in-thread.ts",
      "client",
      "import",
      "compose.ts",
      "telemetry/start-telemetry.ts",
      "env.ts",
      "package-root.ts",
    ],
    types: ["stats"],
  },
  "index.ts": {
    uses: ["domain", "store", "spec", "plan", "pipeline", "recommend", "compose.ts", "env.ts"],
    types: ["analyze", "gate"],
  },
  "metrics.ts": { uses: ["score", "task"], types: ["domain"] },
  "statistics.ts": { uses: ["stats"] },
};

/** Each package has one home; `*` is for zod, which checks what comes in, wherever it comes in. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  "node-llama-cpp": ["src/backend/llama-cpp/"],
  "@huggingface/transformers": ["src/backend/transformers/"],
  "onnxruntime-node": ["src/onnx/"],
  "@huggingface/tokenizers": ["src/onnx/"],
  "@stdlib": ["src/stats/"],
  "wink-nlp": ["src/score/text/"],
  "wink-eng-lite-web-model": ["src/score/text/"],
  "csv-parse": ["src/dataset/"],
  hyparquet: ["src/dataset/"],
  "hyparquet-compressors": ["src/dataset/"],
  "fastest-levenshtein": ["src/spec/"],
  undici: ["src/backend/http/", "src/network/"],
  "eventsource-parser": ["src/backend/http/", "src/client/"],
  yaml: ["src/spec/", "src/report/"],
  yauzl: ["src/import/"],
  fzstd: ["src/import/"],
  commander: ["src/cli/"],
  "cli-table3": ["src/report/", "src/cli/"],
  picocolors: ["src/report/", "src/cli/"],
  bullmq: ["src/service/queue/"],
  "bullmq-otel": ["src/service/queue/"],
  ioredis: ["src/service/queue/"],
  express: ["src/service/api/"],
  pino: ["src/service/api/"],
  "prom-client": ["src/service/"],
  "@opentelemetry": ["src/telemetry/"],
  pg: ["src/store/"],
  // TypeScript for a worker thread while developing; the package ships JavaScript.
  tsx: ["src/onnx/worker/"],
  zod: ["*"],
};

/** Rooms that compute and touch nothing: no files, no clock, no network. */
const PURE = ["domain", "stats", "plan"];

function roomOf(path: string): string {
  const [first = "", second = "", third = ""] = path.split("/");
  if (first !== "src") return first;
  return second === "service" ? `${second}/${third}` : second;
}

/** What is wrong with the arrows, a line each. */
function complaintsAbout(arrows: readonly Arrow[]): readonly string[] {
  const complaints = arrows.flatMap((arrow) => {
    const from = roomOf(arrow.from);
    const room = ROOMS[from];
    if (from === "workers") return arrow.kind === "file" ? [] : foreignPackage(arrow);
    if (room === undefined) return [`the room "${from}" is not in the table`];
    if (arrow.kind === "package") return [...impurity(arrow, from), ...foreignPackage(arrow)];
    const to = roomOf(arrow.to);
    if (to === from || room.uses.includes(to) || room.uses.includes(arrow.to.replace(/^src\//, ""))) return [];
    if (arrow.types && room.types?.includes(to)) return [];
    return [`${arrow.from} must not import ${arrow.types ? "types of " : ""}${arrow.to}`];
  });
  return [...new Set(complaints)];
}

function foreignPackage({ from, to }: Arrow): readonly string[] {
  if (to.startsWith("node:")) return [];
  const homes = HOMES[to] ?? HOMES[to.split("/")[0] ?? ""];
  if (homes === undefined) return [`${from}: the package ${to} has no home in the table`];
  return homes.some((home) => home === "*" || from.startsWith(home)) ? [] : [`${from} must not import ${to}`];
}

function impurity({ from, to, types }: Arrow, room: string): readonly string[] {
  return PURE.includes(room) && to.startsWith("node:") && !types ? [`${from} must not import ${to}`] : [];
}

/** The first cycle of a graph as its nodes in order, or `undefined`. */
function findCycle(edges: readonly (readonly [string, string])[]): readonly string[] | undefined {
  const targets = new Map<string, Set<string>>();
  for (const [from, to] of edges) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (done.has(node)) return undefined;
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    path.push(node);
    for (const next of targets.get(node) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of targets.keys()) {
    const cycle = visit(node);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

const arrows = readArrows(ROOT, ["src", "workers"]);
const fileArrows = arrows.filter((arrow) => arrow.kind === "file");

/** Entries of a table of rooms that name a room which doesn't stand before theirs, a line each. */
function upwardIn(rooms: Readonly<Record<string, Room>>): readonly string[] {
  const order = Object.keys(rooms);
  return order.flatMap((room, floor) =>
    [...(rooms[room]?.uses ?? []), ...(rooms[room]?.types ?? [])]
      .filter((known) => {
        const below = order.indexOf(known) >= 0 ? order.indexOf(known) : order.indexOf(roomOf(`src/${known}`));
        return below < 0 || below >= floor;
      })
      .map((known) => `${room} stands before ${known}`),
  );
}

describe("the import rules", () => {
  it("look at the real source: many arrows of every kind", () => {
    const count = (has: (arrow: Arrow) => boolean): number => arrows.filter(has).length;
    expect(arrows.length).toBeGreaterThan(300);
    expect(count((arrow) => arrow.kind === "file" && arrow.types)).toBeGreaterThan(100);
    expect(count((arrow) => arrow.kind === "file" && !arrow.types)).toBeGreaterThan(100);
    expect(count((arrow) => arrow.to === "zod")).toBeGreaterThan(3);
    expect(count((arrow) => arrow.to.startsWith("@stdlib/"))).toBeGreaterThan(3);
    for (const room of Object.keys(ROOMS).filter((room) => ["spec", "score", "analyze", "cli"].includes(room)))
      expect(
        count((arrow) => roomOf(arrow.from) === room),
        room,
      ).toBeGreaterThan(10);
  });

  it("hold", () => {
    expect(complaintsAbout(arrows)).toEqual([]);
  });

  it("lead down only: no room knows one that stands after it, not even its types", () => {
    expect(upwardIn(ROOMS)).toEqual([]);
  });

  it("leave no cycle between files, types included", () => {
    expect(findCycle(fileArrows.map(({ from, to }) => [from, to]))).toBeUndefined();
  });

  it("leave no cycle between rooms, types included", () => {
    const between = fileArrows.map(({ from, to }) => [roomOf(from), roomOf(to)] as const);
    expect(findCycle(between.filter(([from, to]) => from !== to))).toBeUndefined();
  });
});

describe("the import rules can fail:", () => {
  const file = (from: string, to: string, types = false): Arrow => ({ from, to, kind: "file", types });
  const vendor = (from: string, to: string): Arrow => ({ from, to, kind: "package", types: false });

  it.each<[string, Arrow]>([
    ["domain that imports a stage", file("src/domain/item.ts", "src/spec/load.ts")],
    ["domain that imports a stage's types", file("src/domain/item.ts", "src/spec/resolved.ts", true)],
    ["statistics that know of runs", file("src/stats/holm.ts", "src/domain/record.ts", true)],
    ["a stage that uses an executor", file("src/score/score-journal.ts", "src/executor/in-process.ts")],
    ["a stage that imports an executor's types", file("src/generate/generate.ts", "src/executor/executor.ts", true)],
    ["analysis that uses what it may only know the types of", file("src/analyze/summarize.ts", "src/spec/load.ts")],
    ["anything that imports the command line", file("src/pipeline/start-run.ts", "src/cli/fail.ts")],
    ["the command line that wires a backend itself", file("src/cli/run.ts", "src/backend/llama-cpp/open.ts")],
    ["a file of a room of which another file may be used", file("src/spec/resolve.ts", "src/backend/backend.ts")],
    ["a room that nobody entered", file("src/misc/helpers.ts", "src/domain/item.ts")],
    ["source that imports a test", file("src/spec/load.ts", "test/support/cli.ts")],
    ["llama.cpp outside its backend", vendor("src/backend/recorded/open.ts", "node-llama-cpp")],
    ["ONNX Runtime outside its room", vendor("src/score/bert-score/bert-scorer.ts", "onnxruntime-node")],
    ["a distribution outside of statistics", vendor("src/analyze/compare.ts", "@stdlib/stats-base-dists-t-cdf")],
    ["commander outside the command line", vendor("src/pipeline/start-run.ts", "commander")],
    ["a package without a home", vendor("src/spec/load.ts", "lodash")],
    ["files read by statistics", vendor("src/stats/holm.ts", "node:fs")],
    ["OpenTelemetry outside its room", vendor("src/service/queue/queues.ts", "@opentelemetry/api")],
    ["a queue in a worker's neighbour", vendor("src/service/workers/run-worker.ts", "bullmq")],
    ["analysis that knows the pipeline's types", file("src/analyze/summarize.ts", "src/pipeline/evaluation.ts", true)],
    [
      "an executor that knows the pipeline's types",
      file("src/executor/executor.ts", "src/pipeline/evaluation.ts", true),
    ],
    ["the API that knows of queues", file("src/service/api/parts.ts", "src/service/queue/queues.ts", true)],
    [
      "queues that know of the processes behind them",
      file("src/service/queue/queues.ts", "src/service/workers/run-worker.ts"),
    ],
  ])("%s", (_, arrow) => {
    expect(complaintsAbout([arrow])).toHaveLength(1);
  });

  it("a table in which a room knows a later one, or none that is there", () => {
    expect(upwardIn({ low: { uses: [] }, high: { uses: ["low"], types: ["low"] } })).toEqual([]);
    expect(upwardIn({ low: { uses: ["high"] }, high: { uses: [] } })).toEqual(["low stands before high"]);
    expect(upwardIn({ low: { uses: [], types: ["high/file.ts"] }, high: { uses: [] } })).toHaveLength(1);
    expect(upwardIn({ low: { uses: ["nowhere"] } })).toHaveLength(1);
  });

  it("a cycle", () => {
    expect(
      findCycle([
        ["a", "b"],
        ["b", "c"],
        ["c", "a"],
      ]),
    ).toEqual(["a", "b", "c", "a"]);
    expect(
      findCycle([
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
      ]),
    ).toBeUndefined();
  });

  it.each<[string, string, boolean]>([
    ['import { a } from "./a.ts";', "./a.ts", false],
    ['import type { A } from "./a.ts";', "./a.ts", true],
    ['import { type A } from "./a.ts";', "./a.ts", false],
    ['import A, {\n  b,\n  c,\n} from "../a/b.ts";', "../a/b.ts", false],
    ['import * as a from "node:fs";', "node:fs", false],
    ['import "./setup.ts";', "./setup.ts", false],
    ['import type from "./a.ts";', "./a.ts", false],
    ['export { a } from "./a.ts";', "./a.ts", false],
    ['export type { A } from "./a.ts";', "./a.ts", true],
    ['export * from "./a.ts";', "./a.ts", false],
    ['  const { a } = await import("./a.ts");', "./a.ts", false],
    ['type A = typeof import("a");', "a", true],
    ['const a = createRequire(import.meta.url).resolve; require("a");', "a", false],
  ])("%j is seen", (text, path, types) => {
    expect(importsOf(text)).toEqual([{ path, types }]);
  });

  it("comments are no imports", () => {
    expect(
      importsOf('// import { a } from "./a.ts";\n/**\n * import { a } from "./a.ts"\n * await import("b")\n */'),
    ).toEqual([]);
  });
});
