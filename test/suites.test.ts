import { describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { SUITES, testFiles } from "./support/suites.ts";

const files = testFiles();

describe("the suites of tests", () => {
  it("hold every test file once", () => {
    const all = SUITES.flatMap((suite) => files[suite]);
    expect(all.length).toBeGreaterThan(200);
    expect(new Set(all).size).toBe(all.length);
  });

  it("put apart what starts somebody else's program, by its imports", () => {
    expect(files.servers).toContain("test/service/queue/queue-worker.test.ts");
    // By way of test/faults/service-stage.ts.
    expect(files.servers).toContain("test/telemetry/traces.test.ts");
    expect(files.faults).toContain("test/faults/service.test.ts");
    expect(files.quick).toContain("test/stats/tango.test.ts");
    expect(files.quick.filter((file) => /faults|real\//.test(file))).toEqual([]);
  });

  it("have a command each", () => {
    const { scripts } = packageJson;
    expect(scripts.test).toBe("vitest run --project quick");
    for (const suite of ["servers", "faults", "real"] as const)
      expect(scripts[`test:${suite}`]).toBe(`vitest run --project ${suite}`);
  });
});
