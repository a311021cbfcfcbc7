import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { seededRandom } from "../../src/stats/random.ts";
import type { FakeServer } from "../support/fake-server.ts";
import { newestRun, outcomeOf, run, setStage, startRun, undisturbed } from "./harness.ts";

const MINUTES = Number(process.env.SOAK_MINUTES ?? 20);
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);
const FAULTS = ["429", "500", "503", "cut", "drip", "garbage", "hang", "empty"] as const;

/**
 * Rounds of one run each, with faults of random kind and rate, a server that is killed at random times, and a runner that is killed now and
 * then. After each round every item has one record and the results are those of an undisturbed run.
 */
it(`random faults for ${MINUTES} minutes, seed ${SEED}`, async () => {
  const random = seededRandom(SEED);
  const between = (low: number, high: number): number => low + random() * (high - low);
  const stage = await setStage("vllm", { idleMs: 1500, totalMs: 6000 });
  const right = await undisturbed(stage);
  const end = Date.now() + MINUTES * 60_000;
  let rounds = 0;
  while (Date.now() < end) {
    const faults = FAULTS.filter(() => random() < 0.4).flatMap((kind) => [
      "--fault",
      `${kind}:${between(0.02, 0.15).toFixed(3)}`,
    ]);
    const retryAfter = random() < 0.5 ? [] : ["--retry-after", "1"];
    const seed = Math.floor(between(0, 1e6));
    const killsServer = random() < 0.6;
    const runnerKills = random() < 0.5 ? Math.ceil(between(0, 3)) : 0;
    const what = `round ${rounds}: ${faults.join(" ")} seed ${seed}${killsServer ? ", server killed" : ""}, runner killed ${runnerKills} times`;
    console.log(what);

    let lives = 0;
    const serve = (): Promise<FakeServer> => {
      // Other dice in each life: else the last item left, asked first after every restart, meets the same fault until its tries are used up.
      lives += 1;
      return stage.serve([...faults, ...retryAfter, "--seed", `${seed + lives}`, "--latency", "20"]);
    };
    let server = await serve();
    let over = false;
    const killer = (async () => {
      while (killsServer && !over) {
        await sleep(between(2000, 9000));
        if (over) return;
        await server.kill("SIGKILL");
        await sleep(between(0, 3000));
        server = await serve();
      }
    })();

    const before = await newestRun(stage);
    let code: number | null = null;
    let stderr = "";
    for (let start = 0; ; start += 1) {
      const id = await newestRun(stage);
      const running = startRun(stage, id === before ? undefined : ["--resume", id]);
      if (start < runnerKills) {
        await sleep(between(1500, 9000));
        running.child.kill("SIGKILL");
      }
      ({ code, stderr } = await running.result);
      if (start >= runnerKills || code === 0) break;
    }
    over = true;
    await killer;
    await server.kill("SIGKILL");
    expect(code, `${what}\n${stderr}`).toBe(0);
    const id = await newestRun(stage);
    expect(id).not.toBe(before);
    expect(await outcomeOf(stage, id), what).toEqual(right);
    rounds += 1;
  }
  console.log(`${rounds} rounds, every item in one record, every result that of the undisturbed run`);
  expect(rounds).toBeGreaterThan(0);
  // A last run without faults: nothing of the disturbed ones stays behind.
  const server = await stage.serve();
  expect((await run(stage)).code).toBe(0);
  await server.kill("SIGTERM");
  expect(await outcomeOf(stage, await newestRun(stage))).toEqual(right);
});
