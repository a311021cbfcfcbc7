import { evaluationServices, findDatasets, openStore } from "../compose.ts";
import { EXIT } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { variantsOf } from "../plan/plan.ts";
import { mayRun } from "../probe/finding.ts";
import { needsOf } from "../probe/needs.ts";
import { probe as probeOne } from "../probe/probe.ts";
import { escapeTerminal } from "../report/escape.ts";
import { loadSpec } from "../spec/load.ts";
import { interruptSignal } from "./interrupt.ts";

const MARKS = { ok: "ok  ", warn: "warn", stop: "STOP" } as const;

/** `quantgate probe`: examines every variant of a spec without running it. Exits 4 when a run would be stopped. */
export async function probe(
  specPath: string,
  options: { readonly json?: boolean; readonly repeats: string },
): Promise<void> {
  const signal = interruptSignal();
  const env = readEnv(process.env);
  const spec = await loadSpec(specPath, findDatasets(env));
  const { openBackend } = evaluationServices(openStore(env.runsFolder), env);
  const reports = [];
  for (const variant of variantsOf(spec)) {
    const report = await probeOne(variant, openBackend, {
      needs: needsOf(spec),
      repeats: Math.max(2, Number.parseInt(options.repeats, 10) || 0),
      cacheFolder: env.cacheFolder,
      now: () => new Date(),
      signal,
    });
    reports.push(report);
    if (options.json === true) continue;
    process.stdout.write(`${report.variant}\n`);
    for (const { check, level, message, hint } of report.findings) {
      process.stdout.write(`  ${MARKS[level]} ${check}: ${escapeTerminal(message)}\n`);
      if (level !== "ok" && hint !== undefined) process.stdout.write(`       → ${escapeTerminal(hint)}\n`);
    }
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  process.exitCode = reports.every(mayRun) ? EXIT.pass : EXIT.incomplete;
}
