import { open } from "node:fs/promises";
import { UsageError } from "../domain/errors.ts";

/** Throws `UsageError` unless the file starts as a GGUF file of version 2 or 3 does; reads eight bytes. */
export async function assertGguf(path: string): Promise<void> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new UsageError(`no GGUF file at ${path}`, { cause, hint: "check the path; it is relative to the spec file" });
  });
  try {
    const head = Buffer.alloc(8);
    const { bytesRead } = await file.read(head, 0, 8, 0).catch((cause: unknown) => {
      throw new UsageError(`${path} can't be read`, { cause });
    });
    if (bytesRead < 8 || head.toString("latin1", 0, 4) !== "GGUF") throw new UsageError(`${path} is not a GGUF file`);
    const version = head.readUInt32LE(4);
    if (version < 2 || version > 3)
      throw new UsageError(`${path}: GGUF version ${version} is not supported (2 and 3 are)`);
  } finally {
    await file.close();
  }
}
