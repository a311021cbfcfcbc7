// Packs the package, installs it in an empty folder as a user would, and tries the command and the exports.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "quantgate-package-"));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
try {
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], process.cwd()));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  run("npm", ["install", "--no-audit", "--no-fund", "--onnxruntime-node-install=skip", join(folder, packed.filename)]);

  const version = run("npx", ["--no-install", "quantgate", "--version"]).trim();
  const help = run("npx", ["--no-install", "quantgate", "--help"]);
  if (!help.includes("demo")) throw new Error("--help doesn't list the demo");
  const datasets = JSON.parse(run("npx", ["--no-install", "quantgate", "datasets", "list", "--json"]));
  if (datasets.length === 0) throw new Error("the package has no datasets");

  writeFileSync(
    join(folder, "exports.mjs"),
    `import { loadSpec } from "quantgate";
     import { sentenceBleu } from "quantgate/metrics";
     import { wilsonInterval } from "quantgate/statistics";
     if (typeof loadSpec !== "function") throw new Error("quantgate has no loadSpec");
     if (sentenceBleu("the cat sat", ["the cat sat"]).score !== 1) throw new Error("sentenceBleu is off");
     if (!(wilsonInterval({ successes: 5, trials: 10, confidence: 0.95 }).upper > 0.7)) throw new Error("wilsonInterval is off");`,
  );
  run("node", ["exports.mjs"]);
  console.log(
    `package ${packed.filename}: ${(packed.size / 1e6).toFixed(1)} MB packed, version ${version}, command and exports work`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
