import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const MAIN = join(ROOT, "dist", "src", "cli", "main.js");
/** Written after each build; what it was made of is older. */
const STAMP = join(ROOT, "dist", ".built-for-tests");

/**
 * Compiles the package before the tests, unless nothing has changed since it was, so that tests of the command line run what users run. Type
 * errors are the type check's business; here only the output counts. What the compiler remembers lies beside the output, so a run after a
 * small change compiles little.
 */
export default function build(): void {
  const startedMs = Date.now();
  if (existsSync(MAIN) && existsSync(STAMP) && newestSourceMs() < statSync(STAMP).mtimeMs) return;
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const remembered = ["--incremental", "--tsBuildInfoFile", "dist/.tsbuildinfo"];
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...remembered], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (!existsSync(MAIN)) throw new Error(`the package doesn't compile:\n${stdout}`);
  // What was edited meanwhile may not be in it.
  if (newestSourceMs() < startedMs) writeFileSync(STAMP, "");
}

/** When a source of the package was last changed, added or deleted, in milliseconds since the epoch. */
function newestSourceMs(): number {
  const paths = ["src", "workers"].flatMap((folder) => [
    join(ROOT, folder),
    ...readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(ROOT, folder, name)),
  ]);
  const configs = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"].map((name) => join(ROOT, name));
  return Math.max(...[...paths, ...configs].map((path) => statSync(path).mtimeMs));
}
