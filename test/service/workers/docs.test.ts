import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadBackendRegistry } from "../../../src/service/api/backend-registry.ts";
import { Metrics } from "../../../src/service/api/metrics.ts";
import { WorkerMetrics } from "../../../src/service/workers/worker-metrics.ts";
import { temporaryFolder } from "../../support/cli.ts";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, ROOT), "utf8");
const text = await read("docs/service.md");

describe("docs/service.md", () => {
  it("lists every variable that the service and its workers read, and no other", async () => {
    const code = `${await read("src/env.ts")}\n${await read("src/service/workers/worker-env.ts")}`;
    const known = new Set([...code.matchAll(/^ {2}(QUANTGATE_[A-Z_]+):/gm)].map(([, name = ""]) => name));
    expect(known.size).toBeGreaterThan(10);
    const listed = [...text.matchAll(/^\| `(QUANTGATE_[A-Z_]+)` \|/gm)].map(([, name = ""]) => name);
    expect(listed.toSorted()).toEqual([...known].toSorted());
  });

  it("shows a file of backends that is taken", async () => {
    const [, yaml = ""] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    const path = join(await temporaryFolder(), "backends.yaml");
    await writeFile(path, yaml);
    const registry = await loadBackendRegistry(path);
    expect(registry.limits()).toEqual([
      { name: "staging", shards: 2, itemsPerMinute: 3000 },
      { name: "vllm", shards: 1 },
      { name: "local" },
    ]);
    expect(registry.webhooks()).toEqual(["chat"]);
  });

  it("names metrics that there are", async () => {
    const [api, worker] = [new Metrics(), new WorkerMetrics()];
    api.watch({ load: async () => ({ queued: 0, running: 0 }) });
    api.watchQueues(async () => new Map());
    const known = new Set(
      [...`${await api.text()}${await worker.text()}`.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name),
    );
    const named = [...text.matchAll(/`(quantgate_[a-z_]+)/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(8);
    for (const name of named) expect(known, name).toContain(name);
  });
});
