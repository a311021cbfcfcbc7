import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { seededRandom } from "../../src/stats/random.ts";
import { PostgresServer, postgresMissing } from "../support/postgres-server.ts";
import { redisMissing } from "../support/redis-server.ts";
import { ANSWERS, ServiceStage, startOllama, type WorkerKind } from "./service-stage.ts";

const MINUTES = Number(process.env.SOAK_MINUTES ?? 20);
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);
const KINDS: readonly WorkerKind[] = ["generate", "generate", "score", "finalize"];

const missing = redisMissing ?? postgresMissing;

/**
 * Rounds of one run each on Postgres, with workers that are killed, frozen and stopped, and Redis and Postgres that are restarted, wiped and
 * crashed, all at random times. After each round every item has one record and the results are those of an undisturbed run.
 */
it.skipIf(missing)(
  `random faults of the service for ${MINUTES} minutes, seed ${SEED}${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  async () => {
    const random = seededRandom(SEED);
    const between = (low: number, high: number): number => low + random() * (high - low);
    const ollama = await startOllama();
    const postgres = await PostgresServer.start();
    onTestFinished(async () => {
      await ollama.close();
      await postgres.remove();
    });
    const calm = await ServiceStage.set({ ollama, latencyMs: 0 });
    const right = await calm.undisturbed();
    await calm.strike();
    const end = Date.now() + MINUTES * 60_000;
    let rounds = 0;
    while (Date.now() < end) {
      const stage = await ServiceStage.set({ ollama, postgres, latencyMs: Math.round(between(20, 150)) });
      const slots = await Promise.all(KINDS.map((kind) => stage.start(kind)));
      const id = await stage.submit(`round-${rounds}`);
      const slot = (): number => Math.floor(random() * KINDS.length);
      const renew = async (index: number): Promise<void> => {
        slots[index] = await stage.start(KINDS[index] ?? "all");
      };
      const faults: Readonly<Record<string, () => Promise<void>>> = {
        kill: async () => {
          const index = slot();
          await slots[index]?.kill();
          await renew(index);
        },
        stop: async () => {
          const index = slot();
          expect(await slots[index]?.stop()).toBe(0);
          await renew(index);
        },
        freeze: async () => {
          const worker = slots[slot()];
          worker?.signal("SIGSTOP");
          await sleep(between(500, 6000));
          worker?.signal("SIGCONT");
        },
        "restart redis": async () => {
          await stage.redis.kill();
          await sleep(between(0, 2000));
          await stage.redis.restart();
        },
        "wipe redis": async () => {
          await stage.redis.kill();
          await stage.redis.wipe();
          await stage.redis.restart();
        },
        "restart postgres": async () => {
          await postgres.stop(random() < 0.5 ? "SIGINT" : "SIGQUIT");
          await sleep(between(0, 2000));
          await postgres.restart();
        },
      };
      const names = Object.keys(faults);
      const planned = Array.from(
        { length: Math.ceil(between(1, 6)) },
        () => names[Math.floor(random() * names.length)] ?? "kill",
      );
      console.log(`round ${rounds}: ${planned.join(", ")}`);
      for (const name of planned) {
        await sleep(between(200, 3000));
        await faults[name]?.();
      }
      const outcome = await stage.outcomeOf(id);
      expect(outcome.state, `seed ${SEED}, round ${rounds}`).toMatchObject({ status: "completed", done: ANSWERS });
      expect(outcome.records).toHaveLength(ANSWERS);
      expect(outcome.summary).toBe(right.summary);
      expect(outcome.verdicts).toBe(right.verdicts);
      await stage.strike();
      rounds += 1;
    }
    console.log(`${rounds} rounds`);
    expect(rounds).toBeGreaterThan(0);
  },
);
