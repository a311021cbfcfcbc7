import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LockFile } from "../../src/hub/lock-file.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-lock-"));
  path = join(folder, "deep", "models.lock.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const entry = (digit: string) => ({
  commit: digit.repeat(40),
  files: { "z.bin": { sizeBytes: 1, sha256: digit.repeat(64) }, "a.bin": { sizeBytes: 2, sha256: digit.repeat(64) } },
  absent: ["y", "b"],
});

it("is empty before the first pull", async () => expect((await new LockFile(path).read()).size).toBe(0));

it("keeps entries that are written at the same time", async () => {
  const lock = new LockFile(path);
  await Promise.all(["1", "2", "3", "4"].map((digit) => lock.write(`models/o/${digit}@main`, entry(digit))));
  expect([...(await lock.read()).keys()]).toEqual(["1", "2", "3", "4"].map((digit) => `models/o/${digit}@main`));
});

it("says the same in the same words, whatever the order of pulling", async () => {
  const lock = new LockFile(path);
  await lock.write("models/b@main", entry("b"));
  await lock.write("models/a@main", entry("a"));
  const first = readFileSync(path, "utf8");
  await lock.write("models/b@main", entry("b"));
  expect(readFileSync(path, "utf8")).toBe(first);
  expect(first.indexOf("models/a@main")).toBeLessThan(first.indexOf("models/b@main"));
  expect(first.indexOf("a.bin")).toBeLessThan(first.indexOf("z.bin"));
});

it.each(["not json", "{}", '{"version":2,"repositories":{}}', '{"version":1,"repositories":{"a":{"commit":"main"}}}'])(
  "with the contents %s is refused and left alone",
  async (contents) => {
    const file = join(folder, "lock.json");
    writeFileSync(file, contents);
    const lock = new LockFile(file);
    await expect(lock.read()).rejects.toMatchObject({ kind: "bad-lock" });
    await expect(lock.write("models/a@main", entry("a"))).rejects.toMatchObject({ kind: "bad-lock" });
    expect(readFileSync(file, "utf8")).toBe(contents);
  },
);
