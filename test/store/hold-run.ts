/**
 * A process of its own for the tests of the lock: `<folder> <id>` takes a run, says so on stdout and holds it until stdin ends or it is
 * killed. When it is refused it says that instead.
 */
import { messageOf } from "../../src/domain/errors.ts";
import { FileStore } from "../../src/store/file-store.ts";

const [folder = "", id = ""] = process.argv.slice(2);
const run = await new FileStore(folder).open(id);
try {
  await run.lock();
  process.stdout.write("locked\n");
} catch (error) {
  process.stdout.write(`refused: ${messageOf(error)}\n`);
}
process.stdin.resume().on("end", () => void run.close());
