import { expect, it } from "vitest";
import { planWorkers, thisMachine } from "../../../src/onnx/engine/plan-workers.ts";

const GIB = 2 ** 30;

it.each([
  [
    { cores: 2, memoryBytes: 24 * GIB },
    { workers: 2, threadsPerWorker: 1 },
  ],
  [
    { cores: 8, memoryBytes: 128 * GIB },
    { workers: 8, threadsPerWorker: 1 },
  ],
  [
    { cores: 8, memoryBytes: 16 * GIB },
    { workers: 2, threadsPerWorker: 4 },
  ],
  [
    { cores: 8, memoryBytes: 2 * GIB },
    { workers: 1, threadsPerWorker: 8 },
  ],
  [
    { cores: 1, memoryBytes: GIB / 2 },
    { workers: 1, threadsPerWorker: 1 },
  ],
])("spreads %j as %j", (machine, plan) => expect(planWorkers(machine)).toEqual(plan));

it("sees this machine", () => {
  const { cores, memoryBytes } = thisMachine();
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(memoryBytes).toBeGreaterThan(2 ** 26);
});
