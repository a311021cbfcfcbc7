import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cli, temporaryFolder } from "../support/cli.ts";
import { writeSmallSpec } from "../support/small-spec.ts";

it("a run whose encoder has changed meanwhile isn't gone on with, until it is scored anew", async () => {
  const folder = await temporaryFolder();
  const runs = join(folder, "runs");
  const spec = await writeSmallSpec(folder, { tasks: ["demo-code"], limit: 2, quantizations: ["FP16", "Q8_0"] });
  await cli(["run", spec, "--runs", runs, "--quiet", "--no-cache", "--no-gate"]);
  const [id = ""] = await readdir(runs);
  const path = join(runs, id, "manifest.json");
  const manifest = await readFile(path, "utf8");
  expect(JSON.parse(manifest)).toMatchObject({
    inference: { provider: "cpu", tokenSlots: 512, runtime: expect.stringMatching(/^onnxruntime-node=/) },
  });

  // As if the weights had been others when the run was interrupted.
  const others = manifest.replaceAll(/(coherence\|[^"]*)sha256:[0-9a-f]+/g, "$1sha256:00");
  await writeFile(path, others.replace('"status": "completed"', '"status": "interrupted"'));
  const refused = await cli(["run", "--resume", id, "--runs", runs, "--quiet"]);
  expect(refused.code, refused.stderr).toBe(2);
  expect(refused.stderr).toContain("coherence of demo-code was computed as coherence|demo-encoder|");
  expect(refused.stderr).toContain(`quantgate report ${id}`);

  expect((await cli(["report", id, "--runs", runs, "--quiet"])).code).toBe(0);
  const resumed = await cli(["run", "--resume", id, "--runs", runs, "--quiet", "--no-gate"]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(await readFile(path, "utf8")).not.toContain("sha256:00|");
});
