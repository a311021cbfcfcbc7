import type { ResolvedSpec, ResolvedTask } from "../spec/resolved.ts";
import type { Need } from "./ask.ts";

/** What the tasks of a spec ask of a backend. */
export function needsOf(spec: ResolvedSpec): ReadonlySet<Need> {
  return new Set(spec.tasks.map(needOf));
}

function needOf(task: ResolvedTask): Need {
  if (task.type === "generation" || task.protocol === "generated-letter") return "text";
  return task.protocol === "letter-logprob" ? "letters" : "continuations";
}
