import { checkDataset } from "../dataset/check-dataset.ts";
import { EXIT, UsageError } from "../domain/errors.ts";
import { escapeTerminal } from "../report/escape.ts";
import { warningText } from "./dataset-warnings.ts";
import { interruptSignal } from "./interrupt.ts";
import { namedDataset } from "./named-dataset.ts";

/** `quantgate datasets validate`: checks every row; exits 2 when a run would stumble over one. */
export async function validateDataset(name: string, options: { readonly json?: boolean }): Promise<void> {
  const dataset = await namedDataset(name);
  const check = await checkDataset(dataset, interruptSignal());
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(check, null, 2)}\n`);
    process.exitCode = check.problems.length > 0 ? EXIT.usage : EXIT.pass;
    return;
  }
  for (const warning of check.warnings) process.stdout.write(`warning: ${escapeTerminal(warningText(warning))}\n`);
  if (check.problems.length > 0)
    throw new UsageError(check.problems.join("\n"), { hint: "fix the rows, or the mapping in manifest.json" });
  const examples = check.shots === 0 ? "" : ` and ${check.shots} worked examples`;
  process.stdout.write(`${dataset.manifest.name}: all ${check.items} items${examples} can be asked\n`);
}
