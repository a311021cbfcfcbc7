import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InterruptedError, UsageError } from "../domain/errors.ts";
import { DOCUMENT_NAMES, type Run, START, STREAM_NAMES, type StreamName } from "./run-store.ts";

/**
 * Writes a run's documents and streams into a new folder, byte for byte as a store of files keeps them, whichever store it comes from. Returns
 * the paths. Throws `UsageError` when the folder is there already.
 */
export async function exportRun(run: Run, folder: string, signal: AbortSignal): Promise<readonly string[]> {
  await mkdir(join(folder, ".."), { recursive: true });
  await mkdir(folder).catch((cause: unknown) => {
    throw new UsageError(`${folder}: it is there already, or can't be made`, {
      cause,
      hint: "name a folder that isn't there",
    });
  });
  const written: string[] = [];
  for (const name of DOCUMENT_NAMES) {
    const text = await run.read(name);
    if (text === undefined) continue;
    written.push(join(folder, name));
    await writeFile(join(folder, name), text);
  }
  for (const stream of STREAM_NAMES) {
    const path = join(folder, `${stream}.jsonl`);
    written.push(path);
    await pipeline(Readable.from(linesOf(run, stream, signal)), createWriteStream(path), { signal }).catch(
      (error: unknown) => {
        throw signal.aborted ? new InterruptedError("interrupted", { cause: error }) : error;
      },
    );
  }
  return written;
}

async function* linesOf(run: Run, stream: StreamName, signal: AbortSignal): AsyncGenerator<string> {
  for await (const { text } of run.lines(stream, START, signal)) yield `${text}\n`;
}
