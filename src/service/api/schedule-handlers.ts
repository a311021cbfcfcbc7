import { UsageError } from "../../domain/errors.ts";
import type { Schedule } from "./api-schemas.ts";
import type { ServiceParts } from "./parts.ts";
import { HttpProblem } from "./problem.ts";
import { type Handler, json } from "./reply.ts";
import type { ListedSchedule, ScheduleKeeper } from "./schedule-keeper.ts";
import { checkSubmission } from "./submit-spec.ts";

type Operations = "listSchedules" | "getSchedule" | "putSchedule" | "removeSchedule";

/** What the operations on schedules do. */
export function scheduleHandlers(parts: ServiceParts): { readonly [K in Operations]: Handler<K> } {
  const { schedules, backends } = parts;
  return {
    listSchedules: async () => json({ schedules: (await keeper(schedules).list()).map(shown) }),
    getSchedule: async ({ params }) => json(await scheduleNamed(params.name, keeper(schedules))),
    putSchedule: async ({ params, body }, { caller }) => {
      const kept = keeper(schedules);
      if (body.webhook !== undefined && !backends.webhooks().includes(body.webhook))
        throw new HttpProblem("invalid-spec", `body.webhook: no webhook "${body.webhook}" is registered`, {
          hint: `registered: ${backends.webhooks().join(", ") || "none"}`,
        });
      // Whoever makes a schedule is told what is wrong with it, not the log of a worker at night.
      await checkSubmission(body.spec, parts);
      await kept.put(params.name, { ...body, submittedBy: caller.name }).catch((error: unknown) => {
        if (!(error instanceof UsageError)) throw error;
        throw new HttpProblem("invalid-spec", `body: ${error.message}`, { hint: error.hint });
      });
      return json(await scheduleNamed(params.name, kept));
    },
    removeSchedule: async ({ params }) => {
      const kept = keeper(schedules);
      await scheduleNamed(params.name, kept);
      await kept.remove(params.name);
      return { kind: "empty" };
    },
  };
}

function keeper(schedules: ScheduleKeeper | undefined): ScheduleKeeper {
  if (schedules !== undefined) return schedules;
  throw new HttpProblem("unavailable", "this server has no clock for schedules: it runs without Redis", {
    hint: "the operator sets QUANTGATE_REDIS_URL and starts workers; until then, cron and `quantgate submit` do",
  });
}

async function scheduleNamed(name: string, schedules: ScheduleKeeper): Promise<Schedule> {
  const found = (await schedules.list()).find((each) => each.name === name);
  if (found === undefined)
    throw new HttpProblem("not-found", `no schedule "${name}"`, { hint: "GET /api/v1/schedules lists them" });
  return shown(found);
}

function shown({ name, cron, timezone, webhook, spec, submittedBy, createdAt, next }: ListedSchedule): Schedule {
  return {
    name,
    cron,
    ...(timezone === undefined ? {} : { timezone }),
    ...(webhook === undefined ? {} : { webhook }),
    spec: spec as Schedule["spec"],
    submittedBy,
    createdAt,
    ...(next === undefined ? {} : { next: next.toISOString() }),
  };
}
