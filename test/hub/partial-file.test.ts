import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PartialFile } from "../../src/hub/partial-file.ts";

const NOW_MS = Date.now();
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-part-"));
  file = join(folder, "model.onnx");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is taken up by the next one", async () => {
  const first = await PartialFile.claim(file, "tag", NOW_MS);
  writeFileSync(first.path, "begun");
  await first.release();
  const second = await PartialFile.claim(file, "tag", NOW_MS);
  expect(readFileSync(second.path, "utf8")).toBe("begun");
  expect(await second.sizeBytes()).toBe(5);
});

it("belongs to one at a time", async () => {
  const released = await PartialFile.claim(file, "tag", NOW_MS);
  writeFileSync(released.path, "begun");
  await released.release();
  const claims = await Promise.all([1, 2, 3].map(() => PartialFile.claim(file, "tag", NOW_MS)));
  const sizes = await Promise.all(claims.map((claim) => claim.sizeBytes()));
  expect(sizes.sort()).toEqual([0, 0, 5]);
  expect(new Set(claims.map(({ path }) => path)).size).toBe(3);
});

it("of other contents is left alone", async () => {
  const other = await PartialFile.claim(file, "other", NOW_MS);
  writeFileSync(other.path, "begun");
  await other.release();
  expect(await (await PartialFile.claim(file, "tag", NOW_MS)).sizeBytes()).toBe(0);
});

it("of a process that was killed is taken up after a while", async () => {
  const killed = await PartialFile.claim(file, "tag", NOW_MS);
  writeFileSync(killed.path, "begun");
  expect(await (await PartialFile.claim(file, "tag", NOW_MS)).sizeBytes()).toBe(0);
  const longAgo = NOW_MS / 1000 - 120;
  utimesSync(killed.path, longAgo, longAgo);
  expect(await (await PartialFile.claim(file, "tag", NOW_MS)).sizeBytes()).toBe(5);
});

it("leaves nothing behind when nothing arrived", async () => {
  const part = await PartialFile.claim(file, "tag", NOW_MS);
  writeFileSync(part.path, "");
  await part.release();
  expect(existsSync(part.path)).toBe(false);
  expect(existsSync(`${file}.tag.part`)).toBe(false);
});
