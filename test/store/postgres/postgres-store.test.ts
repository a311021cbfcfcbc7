import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { RunError } from "../../../src/domain/errors.ts";
import { PostgresStore } from "../../../src/store/postgres/postgres-store.ts";
import { type Run, START } from "../../../src/store/run-store.ts";
import { runStoreContract } from "../../contract/run-store.contract.ts";
import { collect } from "../../support/collect.ts";
import { PostgresServer, postgresMissing } from "../../support/postgres-server.ts";

const MIGRATIONS = join(import.meta.dirname, "..", "..", "..", "migrations");
const running = new AbortController().signal;

describe.skipIf(postgresMissing)(
  `with Postgres${postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`}`,
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server?.remove());

    async function makeOpener(): Promise<() => PostgresStore> {
      const url = await server.makeDatabase();
      return () => {
        const store = new PostgresStore(url, MIGRATIONS);
        onTestFinished(() => store.close());
        return store;
      };
    }

    async function textsOf(run: Run): Promise<string[]> {
      return (await collect(run.lines("records", START, running))).map(({ text }) => text);
    }

    runStoreContract("Postgres", makeOpener);

    it("makes its tables once, whoever comes first", async () => {
      const open = await makeOpener();
      const lists = await Promise.all(Array.from({ length: 5 }, () => open().list()));
      expect(lists).toEqual([[], [], [], [], []]);
    });

    it("refuses tables of a newer version", async () => {
      const url = await server.makeDatabase();
      const { Database } = await import("../../../src/store/postgres/database.ts");
      const store = new PostgresStore(url, MIGRATIONS);
      const database = new Database(url);
      onTestFinished(async () => {
        await store.close();
        await database.close();
      });
      await store.check();
      await database.query("INSERT INTO quantgate_migrations (name) VALUES ('9999-later.sql')");
      const again = new PostgresStore(url, MIGRATIONS);
      onTestFinished(() => again.close());
      await expect(again.check()).rejects.toThrow(/newer version of quantgate \(9999-later\.sql\)/);
    });

    it("tells no secrets in locations and errors", async () => {
      const url = (await server.makeDatabase()).replace("quantgate@", "quantgate:s3cret@");
      const store = new PostgresStore(url, MIGRATIONS);
      onTestFinished(() => store.close());
      const run = await store.create("r", "{}");
      expect(run.location).toContain("127.0.0.1");
      expect(run.location).not.toContain("s3cret");
      const wrong = new PostgresStore(url.replace(/test_\d+/, "nowhere"), MIGRATIONS);
      onTestFinished(() => wrong.close());
      const refused = await wrong.check().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(RunError);
      expect(String(refused)).toContain('"nowhere" does not exist');
      expect(String(refused)).not.toContain("s3cret");
    });

    it("keeps lines that are appended at the same time, in the order of their appending", async () => {
      const run = await (await makeOpener())().create("r", "{}");
      onTestFinished(() => run.close());
      await run.lock();
      const lines = Array.from({ length: 500 }, (_, index) => `${index}`);
      await Promise.all(lines.map((line) => run.append("records", line)));
      expect(await textsOf(run)).toEqual(lines);
    });

    describe("when Postgres restarts", () => {
      it.each(["SIGINT", "SIGQUIT"] as const)(
        "after %s, what waits goes on, each line and part once",
        async (signal) => {
          const open = await makeOpener();
          const run = await open().create("r", "{}");
          onTestFinished(() => run.close());
          await run.lock();
          await run.append("records", "before");
          await server.stop(signal);
          const waiting = Promise.all([
            run.append("records", "during"),
            run.append("records", "too"),
            run.putPart("stop", "{}"),
            run.write("report.md", "text"),
            open().collection("tokens").put("t", "{}"),
          ]);
          await new Promise((resolve) => setTimeout(resolve, 300));
          await server.restart();
          await waiting;
          await run.append("records", "after");
          expect(await textsOf(run)).toEqual(["before", "during", "too", "after"]);
          expect(await run.readPart("stop")).toBe("{}");
          expect(await run.read("report.md")).toBe("text");
        },
      );

      it("a writer that another has replaced meanwhile stops", async () => {
        const open = await makeOpener();
        const run = await open().create("r", "{}");
        onTestFinished(() => run.close());
        await run.lock();
        await run.append("records", "mine");
        await server.stop();
        await server.restart();
        const other = await open().open("r");
        await other.lock();
        await expect(run.append("records", "late")).rejects.toThrow(/being written by process/);
        await other.append("records", "theirs");
        await other.close();
        await expect(run.append("records", "late")).rejects.toThrow(/another process went on with the run/);
        expect(await textsOf(run)).toEqual(["mine", "theirs"]);
      });
    });
  },
);
