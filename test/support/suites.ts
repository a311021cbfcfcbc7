import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { importsOf } from "./import-arrows.ts";

/**
 * Suites of tests, each with a command of its own. `quick` is `npm test`. `servers` start a program that isn't ours: Redis, Postgres, a browser,
 * a real llama-server. `faults` kill processes, or simulate for minutes. `real` ask models that take gigabytes.
 */
export const SUITES = ["quick", "servers", "faults", "real"] as const;
export type Suite = (typeof SUITES)[number];

/** What starts somebody else's program; whatever imports one of these, also by way of another helper, is in `servers`. */
const STARTERS = [
  "test/support/redis-server.ts",
  "test/support/postgres-server.ts",
  "test/support/chromium.ts",
  "test/backend/real/real-llama-server.ts",
];

/** Quick by what they start, and too long for it by what they compute. */
const LONG: readonly string[] = [];

const ROOT = join(import.meta.dirname, "..", "..");

/** The test files of each suite, as paths from the root. Every test file is in exactly one. */
export function testFiles(): Readonly<Record<Suite, readonly string[]>> {
  const files = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name}`)
    .sort();
  const suites: Record<Suite, string[]> = { quick: [], servers: [], faults: [], real: [] };
  const starts = new Map<string, boolean>(STARTERS.map((path) => [path, true]));
  for (const file of files) suites[suiteOf(file, starts)].push(file);
  return suites;
}

function suiteOf(file: string, starts: Map<string, boolean>): Suite {
  if (file.startsWith("test/real/")) return "real";
  if (file.startsWith("test/faults/") || LONG.includes(file)) return "faults";
  return startsProgram(file, starts) ? "servers" : "quick";
}

/** Whether a test or helper starts somebody else's program. `known` remembers what was found. */
function startsProgram(file: string, known: Map<string, boolean>): boolean {
  const before = known.get(file);
  if (before !== undefined) return before;
  // A file that is being looked at counts as one that doesn't, so that helpers may know each other.
  known.set(file, false);
  const imported = importsOf(readFileSync(join(ROOT, file), "utf8"))
    .filter(({ path, types }) => path.startsWith(".") && !types)
    .map(({ path }) => join(dirname(file), path))
    .filter((path) => path.startsWith("test/") && path.endsWith(".ts") && existsSync(join(ROOT, path)));
  const found = imported.some((path) => startsProgram(path, known));
  known.set(file, found);
  return found;
}
