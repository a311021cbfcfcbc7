import { readFile } from "node:fs/promises";
import { UsageError } from "../domain/errors.ts";
import { type SubmittedSpec, SubmittedSpecSchema, submittedSpecJsonSchema } from "../service/api/submitted-spec.ts";
import { parseYaml } from "../spec/parse.ts";
import { interruptSignal } from "./interrupt.ts";
import { clientOf, type FollowOptions, follow, type RemoteOptions } from "./remote.ts";

interface SubmitOptions extends RemoteOptions, FollowOptions {
  readonly wait?: boolean;
  readonly idempotencyKey?: string;
}

/** `quantgate submit`: hands a spec to a server; with `--wait` follows it and exits by its verdict. */
export async function submit(path: string, options: SubmitOptions): Promise<void> {
  if (options.wait !== true && (options.junit !== undefined || options.markdown !== undefined))
    throw new UsageError("--junit and --markdown need --wait");
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`${path}: the spec can't be read`, { cause, hint: "check the path" });
  });
  const { value } = parseYaml(text, path, SubmittedSpecSchema, submittedSpecJsonSchema);
  const client = clientOf(options);
  const signal = interruptSignal();
  const { id, created } = await client.submit(value as SubmittedSpec, {
    signal,
    ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
  });
  if (options.wait !== true) {
    process.stdout.write(options.json === true ? `${JSON.stringify({ id, created })}\n` : `${id}\n`);
    return;
  }
  process.exitCode = await follow(client, id, options, signal);
}
