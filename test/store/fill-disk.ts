/** A process of its own whose files may not grow beyond a limit: `<folder> <id> <line length>` appends until that fails, and tells. */
import { RunError } from "../../src/domain/errors.ts";
import { FileStore } from "../../src/store/file-store.ts";

const [folder = "", id = "", length = "0"] = process.argv.slice(2);
const run = await new FileStore(folder).open(id);
await run.lock();
let appended = 0;
const report: Record<string, unknown> = {};
try {
  for (;;) {
    await run.append("records", "x".repeat(Number(length)));
    appended += 1;
  }
} catch (error) {
  report.append = error instanceof RunError ? error.message : `no RunError: ${String(error)}`;
}
report.size = await run.end("records");
// What is smaller than the room that is left still goes in.
await run.append("records", "y");
report.afterwards = await run.end("records");
try {
  await run.write("report.html", "z".repeat(1 << 20));
} catch (error) {
  report.write = error instanceof RunError ? error.message : `no RunError: ${String(error)}`;
}
try {
  for (;;) await run.append("scores", "x".repeat(Number(length)));
} catch (error) {
  report.score = error instanceof RunError ? error.message : `no RunError: ${String(error)}`;
}
try {
  await run.close();
} catch (error) {
  report.close = error instanceof RunError ? error.message : `no RunError: ${String(error)}`;
}
process.stdout.write(JSON.stringify({ appended, ...report }));
