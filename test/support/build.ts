import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Compiles the package once before the tests, so that tests of the command line run what users run. Type errors are the type check's
 * business; here only the output counts. What the compiler remembers lies beside the output, so a run after a small change compiles little.
 */
export default function build(): void {
  const root = join(import.meta.dirname, "..", "..");
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const remembered = ["--incremental", "--tsBuildInfoFile", "dist/.tsbuildinfo"];
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...remembered], {
    cwd: root,
    encoding: "utf8",
  });
  if (!existsSync(join(root, "dist", "src", "cli", "main.js")))
    throw new Error(`the package doesn't compile:\n${stdout}`);
}
