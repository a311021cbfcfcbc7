import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openDataset } from "../../src/dataset/dataset.ts";
import { pullDataset } from "../../src/dataset/pull.ts";
import { openTaskItems } from "../../src/dataset/task-items.ts";
import { InterruptedError, UsageError } from "../../src/domain/errors.ts";
import { HubError } from "../../src/hub/hub-error.ts";
import { HubStore } from "../../src/hub/hub-store.ts";
import { LockFile } from "../../src/hub/lock-file.ts";
import { COMMIT, HubServer, refuse } from "../hub/hub-server.ts";
import { testNetwork } from "../hub/test-network.ts";
import { temporaryFolder } from "../support/cli.ts";
import { arcRepository, MMLU_FILES, mmluRepository } from "./hub-files.ts";
import { parquetBytes } from "./parquet-file.ts";

const running = new AbortController().signal;

let server: HubServer;
beforeEach(async () => {
  server = await HubServer.start();
  server.repositories.set("datasets/cais/mmlu", mmluRepository(COMMIT));
  server.repositories.set("datasets/allenai/ai2_arc", arcRepository(COMMIT));
  return () => server.close();
});

/** A machine with its own folders, and the lock file of a project that it works in. */
async function machine(lockPath?: string) {
  const folder = await temporaryFolder();
  const lock = new LockFile(lockPath ?? join(folder, "quantgate.lock.json"));
  const datasets = join(folder, "datasets");
  const pull = (name: string, { offline = false, token = undefined as string | undefined, signal = running } = {}) => {
    const settings = { endpoint: server.endpoint, token, folder: join(folder, "hub"), offline };
    const hub = new HubStore({
      settings,
      lock,
      network: testNetwork(),
      pullCommand: () => "quantgate datasets pull <name>",
    });
    return pullDataset(name, { hub, folder: datasets }, signal);
  };
  return { folder, lock, datasets, hubFiles: join(folder, "hub"), pull };
}

async function itemsOf(folder: string, shots = 0) {
  const dataset = await openDataset(folder);
  const source = await openTaskItems({ dataset, items: dataset.manifest.items, shots }, running);
  onTestFinished(() => source.close());
  return Promise.all(Array.from({ length: source.count }, (_, index) => source.item(index)));
}

async function failure(pulled: Promise<unknown>): Promise<HubError> {
  const error: unknown = await pulled.then(
    () => "it was pulled",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HubError)) throw new Error(`expected a HubError, got ${String(error)}`, { cause: error });
  return error;
}

const downloads = () => server.requests.filter(({ method }) => method === "GET").length;

describe("pulling a dataset", () => {
  it("makes a dataset of the hub's files, with worked examples and licence", async () => {
    const { pull, datasets } = await machine();
    const { folder, manifest } = await pull("mmlu");
    expect(folder).toBe(join(datasets, "mmlu"));
    expect(manifest).toMatchObject({
      items: 24,
      shots: { items: 15 },
      licence: "MIT",
      benchmark: "mmlu",
      source: `https://huggingface.co/datasets/cais/mmlu/tree/${COMMIT}`,
    });
    const items = await itemsOf(folder, 5);
    expect(items[9]).toMatchObject({
      id: "college_physics-1",
      subject: "college_physics",
      question: "test question 1 about college_physics?",
      answer: 1,
      choices: [{ label: "A", text: "one 1" }, {}, {}, { label: "D", text: "four 1" }],
    });
    expect(items[9]?.shots?.map((shot) => shot.id)).toEqual([0, 1, 2, 3, 4].map((index) => `college_physics-${index}`));
    expect(await readdir(datasets)).toEqual(["mmlu"]);
  });

  it("keeps ARC's own labels and numbers of choices", async () => {
    const { pull } = await machine();
    const { folder } = await pull("arc-challenge");
    expect(await itemsOf(folder)).toMatchObject([
      { id: "M_1", answer: 2, choices: [{}, {}, { label: "C", text: "M_1 C" }] },
      { id: "M_2", answer: 1, choices: [{ label: "1" }, { label: "2" }, { label: "3" }, { label: "4" }] },
      { id: "M_3", answer: 4, choices: [{}, {}, {}, {}, { label: "E" }] },
    ]);
    expect((await pull("arc-easy")).manifest).toMatchObject({ items: 1, benchmark: "arc-easy" });
  });

  it("writes a lock, and on another machine gets exactly the same bytes from it, whatever main is by then", async () => {
    const first = await machine();
    await first.pull("mmlu");
    const locked = (await first.lock.read()).get("datasets/cais/mmlu@main");
    expect(locked).toMatchObject({ commit: COMMIT, absent: [] });
    expect(Object.keys(locked?.files ?? {}).sort()).toEqual([MMLU_FILES.shots, MMLU_FILES.items]);

    const second = await machine(first.lock.path);
    await second.pull("mmlu");
    for (const file of ["items.jsonl", "shots.jsonl", "manifest.json"])
      expect(await readFile(join(second.datasets, "mmlu", file), "utf8")).toBe(
        await readFile(join(first.datasets, "mmlu", file), "utf8"),
      );
    expect(server.requests.filter(({ path }) => path.includes(`/resolve/${COMMIT}/`)).length).toBeGreaterThan(0);
  });

  it("fetches nothing again, and with --offline asks nothing", async () => {
    const { pull, datasets } = await machine();
    await pull("mmlu");
    const before = downloads();
    await rm(join(datasets, "mmlu"), { recursive: true });
    await pull("mmlu", { offline: true });
    expect(downloads()).toBe(before);
    expect((await openDataset(join(datasets, "mmlu"))).manifest.items).toBe(24);
  });

  it("with --offline and nothing fetched says which file is missing and how to get it", async () => {
    const { pull } = await machine();
    const { kind, message, hint } = await failure(pull("mmlu", { offline: true }));
    expect(kind).toBe("offline");
    expect(message).toContain(`${MMLU_FILES.items} of datasets/cais/mmlu@main isn't on this machine`);
    expect(hint).toContain("quantgate datasets pull");
    expect(server.requests).toEqual([]);
  });

  it("takes another revision when one is asked for", async () => {
    const { pull, lock } = await machine();
    await pull(`mmlu@${COMMIT}`);
    expect([...(await lock.read()).keys()]).toEqual([`datasets/cais/mmlu@${COMMIT}`]);
  });
});

describe("a pull that fails", () => {
  it.each<[string, (original: Buffer) => Buffer]>([
    ["longer", (original) => Buffer.concat([original, Buffer.alloc(5000)])],
    ["shorter", (original) => original.subarray(0, 1500)],
    ["of the same size", (original) => Buffer.from(original).fill(7, 100, 120)],
  ])("because a file was changed under its commit and is %s: it isn't what the lock says", async (_, change) => {
    const first = await machine();
    await first.pull("mmlu");
    const forged = change(mmluRepository(COMMIT).files[MMLU_FILES.items] ?? Buffer.alloc(0));
    const files = { ...mmluRepository(COMMIT).files, [MMLU_FILES.items]: forged };
    server.repositories.set("datasets/cais/mmlu", { commit: COMMIT, files });

    const second = await machine(first.lock.path);
    const { kind, message, hint } = await failure(second.pull("mmlu"));
    expect(kind).toBe("hash-mismatch");
    expect(message).toContain(MMLU_FILES.items);
    expect(message).toContain("isn't the one that was promised");
    expect(hint).toContain("lock file");
    expect(await readdir(second.datasets).catch(() => [])).toEqual([]);
    expect(await itemsOf(join(first.datasets, "mmlu"))).toHaveLength(24);
  });

  /** The first answer of the file's store ends after 500 bytes; `then` decides about the following ones. */
  function cutAfter500Bytes(then: "answer" | "cut"): void {
    server.interferences.push((request, response) => {
      const contents = server.repositories.get("datasets/cais/mmlu")?.files[MMLU_FILES.items] ?? Buffer.alloc(0);
      if (request.server !== "store" || !request.url?.includes("test-")) return false;
      if (request.headers.range !== undefined) {
        if (then === "cut") response.destroy();
        return then === "cut";
      }
      response.writeHead(200, { "content-length": contents.length });
      response.write(contents.subarray(0, 500), () => response.destroy());
      return true;
    });
  }
  const resumed = () =>
    server.requests.filter((request) => request.server === "store" && request.range === "bytes=500-").length;

  it("because the connection is cut goes on where it stopped", async () => {
    const { pull, datasets } = await machine();
    cutAfter500Bytes("answer");
    await pull("mmlu");
    expect(resumed()).toBe(1);
    expect(await itemsOf(join(datasets, "mmlu"))).toHaveLength(24);
  });

  it("because the connection is cut again and again is gone on with by the next pull", async () => {
    const { pull, datasets } = await machine();
    cutAfter500Bytes("cut");
    const { kind, hint } = await failure(pull("mmlu"));
    expect(kind).toBe("unreachable");
    expect(hint).toContain("check the network");
    const before = resumed();
    server.interferences.length = 0;
    await pull("mmlu");
    expect(resumed()).toBe(before + 1);
    expect(await itemsOf(join(datasets, "mmlu"))).toHaveLength(24);
  });

  it.each([401, 403])("because the hub answers %i names the token's variable, and never the token", async (status) => {
    server.interferences.push((_, response) => {
      refuse(response, status, "GatedRepo");
      return true;
    });
    const { pull } = await machine();
    const without = await failure(pull("mmlu"));
    expect(without.message).toContain("datasets/cais/mmlu@main doesn't exist or isn't open to you");
    expect(without.hint).toContain("HF_TOKEN");
    const withToken = await failure(pull("mmlu", { token: "hf_secret" }));
    expect(`${withToken.message} ${withToken.hint}`).not.toContain("hf_secret");
    expect(server.requests.at(-1)?.authorization).toBe("Bearer hf_secret");
  });

  it("because there is no such repository, revision or file", async () => {
    const { pull } = await machine();
    const revision = await failure(pull("mmlu@nothing"));
    expect(revision.kind).toBe("not-found");
    expect(revision.message).toContain("datasets/cais/mmlu@nothing doesn't exist");
    server.repositories.set("datasets/cais/mmlu", { commit: COMMIT, files: {} });
    const file = await failure(pull("mmlu"));
    expect(file.kind).toBe("not-found");
    expect(file.message).toContain(`has no file ${MMLU_FILES.items}`);
  });

  it("because of too many requests waits as long as it is told, then gives up and says when to come back", async () => {
    let refused = 0;
    server.interferences.push((_, response) => {
      if (refused >= 2) return false;
      refused += 1;
      refuse(response, 429, "TooManyRequests", { "retry-after": "3" });
      return true;
    });
    const { pull } = await machine();
    expect((await pull("mmlu")).manifest.items).toBe(24);

    server.interferences.push((_, response) => {
      refuse(response, 429, "TooManyRequests", { "retry-after": "600" });
      return true;
    });
    const { kind, hint } = await failure((await machine()).pull("mmlu"));
    expect(kind).toBe("rate-limited");
    expect(hint).toContain("try again in 600 s");
  });

  it("because the files are laid out in another way than the recipe knows", async () => {
    const bytes = parquetBytes({ text: "text" }, [{ text: "x" }, { text: "y" }]);
    const files = { [MMLU_FILES.items]: bytes, [MMLU_FILES.shots]: bytes };
    server.repositories.set("datasets/cais/mmlu", { commit: COMMIT, files });
    const { pull, datasets } = await machine();
    await mkdir(datasets, { recursive: true });
    const error: unknown = await pull("mmlu").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(/^mmlu: the hub's files aren't laid out as they were:\n/);
    expect((error as UsageError).message).toContain(
      'test-00000-of-00001.parquet:1: field "question" is missing or empty',
    );
    expect((error as UsageError).hint).toContain("quantgate datasets pull mmlu@<commit>");
    expect(await readdir(datasets)).toEqual([]);
  });

  it("because nobody knows the name tells those that are known", async () => {
    const { pull } = await machine();
    const error: unknown = await pull("mmlu-pro").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: '"mmlu-pro" is no dataset that can be pulled',
      hint: expect.stringContaining("mmlu, arc-challenge, arc-easy, hellaswag, cnn-dailymail"),
    });
  });

  it("because it is interrupted leaves no dataset", async () => {
    const { pull, datasets } = await machine();
    await expect(pull("mmlu", { signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
    expect(await readdir(datasets).catch(() => [])).toEqual([]);
  });
});
