import { readFile } from "node:fs/promises";
import { UsageError } from "../domain/errors.ts";
import { escapeTerminal } from "../report/escape.ts";
import { type SubmittedSpec, SubmittedSpecSchema, submittedSpecJsonSchema } from "../service/api/submitted-spec.ts";
import { parseYaml } from "../spec/parse.ts";
import { interruptSignal } from "./interrupt.ts";
import { clientOf, type RemoteOptions } from "./remote.ts";

interface SetOptions extends RemoteOptions {
  readonly cron: string;
  readonly timezone?: string;
  readonly webhook?: string;
}

/** `quantgate schedules set`: has a server submit a spec by the clock. */
export async function setSchedule(name: string, path: string, options: SetOptions): Promise<void> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`${path}: the spec can't be read`, { cause, hint: "check the path" });
  });
  const { value } = parseYaml(text, path, SubmittedSpecSchema, submittedSpecJsonSchema);
  const { cron, timezone, webhook } = options;
  const schedule = {
    cron,
    ...(timezone === undefined ? {} : { timezone }),
    ...(webhook === undefined ? {} : { webhook }),
    spec: value as SubmittedSpec,
  };
  const { next } = await clientOf(options).putSchedule(name, schedule, { signal: interruptSignal() });
  process.stdout.write(`${name}  ${next ?? "due when the queue is back"}\n`);
}

/** `quantgate schedules list`: what a server submits by the clock, and when next. */
export async function listSchedules(options: RemoteOptions & { readonly json?: boolean }): Promise<void> {
  const schedules = await clientOf(options).schedules({ signal: interruptSignal() });
  if (options.json === true) process.stdout.write(`${JSON.stringify(schedules, null, 2)}\n`);
  else if (schedules.length === 0) process.stdout.write("no schedules\n");
  for (const { name, cron, timezone = "UTC", webhook, next } of options.json === true ? [] : schedules)
    process.stdout.write(
      `${escapeTerminal(name)}  ${escapeTerminal(cron)} ${escapeTerminal(timezone)}  next ${next ?? "not known"}  webhook ${escapeTerminal(webhook ?? "none")}\n`,
    );
}

/** `quantgate schedules remove`: the runs stay. */
export async function removeSchedule(name: string, options: RemoteOptions): Promise<void> {
  await clientOf(options).removeSchedule(name, { signal: interruptSignal() });
}
