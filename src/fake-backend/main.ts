import { messageOf, QuantGateError } from "../domain/errors.ts";
import { runFakeBackend } from "./command.ts";

try {
  await runFakeBackend(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof QuantGateError)) throw error;
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error.exitCode;
}
