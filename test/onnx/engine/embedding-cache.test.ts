import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EmbeddingCache } from "../../../src/onnx/engine/embedding-cache.ts";
import { someEmbedding } from "./embeddings.ts";

const ENCODER = "e".repeat(64);
const hash = (text: string) => text.repeat(64).slice(0, 64);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-embeddings-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const cache = (capacityBytes = 2 ** 20) => new EmbeddingCache({ folder, capacityBytes });
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

it("gives back what another process put in", async () => {
  await cache().put(ENCODER, hash("a"), someEmbedding(5));
  expect(await cache().get(ENCODER, hash("a"))).toEqual(someEmbedding(5));
});

it("keeps encoders and texts apart", async () => {
  await cache().put(ENCODER, hash("a"), someEmbedding(5));
  expect(await cache().get(ENCODER, hash("b"))).toBeUndefined();
  expect(await cache().get("f".repeat(64), hash("a"))).toBeUndefined();
});

it("treats a damaged file as absent", async () => {
  await cache().put(ENCODER, hash("a"), someEmbedding(5));
  for (const file of files()) writeFileSync(file, "damaged");
  expect(await cache().get(ENCODER, hash("a"))).toBeUndefined();
});

it("leaves no half file behind, and no error where nothing can be written", async () => {
  await cache().put(ENCODER, hash("a"), someEmbedding(5));
  expect(files()).toHaveLength(1);
  const blocked = join(folder, "file");
  writeFileSync(blocked, "");
  const impossible = new EmbeddingCache({ folder: blocked, capacityBytes: 1 });
  await impossible.put(ENCODER, hash("a"), someEmbedding(5));
  expect(await impossible.get(ENCODER, hash("a"))).toBeUndefined();
  await impossible.close();
});

it("drops the oldest files when it has grown too large", async () => {
  const small = cache(250);
  for (const [day, text] of ["a", "b", "c"].entries()) {
    await small.put(ENCODER, hash(text), someEmbedding(5));
    const newest = files().find((file) => file.endsWith(hash(text)));
    if (newest !== undefined) utimesSync(newest, 1000 + day, 1000 + day);
  }
  await small.close();
  expect(
    files()
      .map((file) => file.slice(-1))
      .sort(),
  ).toEqual(["b", "c"]);
});

it("touches nothing when nothing was added", async () => {
  await cache().put(ENCODER, hash("a"), someEmbedding(5));
  const [file = ""] = files();
  await cache(0).close();
  expect(existsSync(file)).toBe(true);
});
