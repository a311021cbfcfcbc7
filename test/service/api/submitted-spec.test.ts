import { expect, it } from "vitest";
import { SubmittedSpecSchema } from "../../../src/service/api/submitted-spec.ts";
import { SpecSchema } from "../../../src/spec/schema.ts";
import { readManifest } from "../../../src/store/read-manifest.ts";
import { runToEnd, specOf, startHarness } from "./harness.ts";

it("takes every key of a spec but backends, which the operator registers, and the editor's $schema", () => {
  const left = Object.keys(SpecSchema.shape).filter((key) => !Object.hasOwn(SubmittedSpecSchema.shape, key));
  expect(left).toEqual(["$schema", "backends"]);
});

it("hands declared looks and the machine's price on to the run", async () => {
  const harness = await startHarness();
  const id = await runToEnd(harness, { ...specOf(), looks: 2, dollarsPerHour: 1.5 });
  const run = await harness.store.open(id);
  expect((await readManifest(run)).spec).toMatchObject({ looks: 2, dollarsPerHour: 1.5 });
  expect(await run.read("verdicts.json")).toContain("95 %");
});
