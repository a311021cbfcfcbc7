import { type DecidingLevel, splitLevel } from "../domain/deciding-level.ts";
import type { GenerationKind } from "../domain/item.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { type Finding, notMeasured } from "./finding.ts";
import type { CheckedRule } from "./verdict.ts";

/** What a rule says about where it applies. */
export interface ScopeChoice {
  readonly over: "pooled" | "each-task";
  readonly task?: string | undefined;
  readonly benchmark?: string | undefined;
  readonly subject?: string | undefined;
  readonly kind?: GenerationKind | undefined;
  readonly guard?: boolean | undefined;
  readonly ifPresent?: boolean | undefined;
}

/** Tasks that a rule looks at together. */
export interface Scope {
  /** In words, for the rule's line. */
  readonly label: string;
  readonly tasks: readonly ResolvedTask[];
}

/** Where a rule applies in a run. */
export interface Selection {
  readonly scopes: readonly Scope[];
  /** What was looked for, in words. */
  readonly label: string;
  /** The rule means "every task there is", which holds also where there is none, or says so; any other must find something to check. */
  readonly mayBeEmpty: boolean;
}

/** The multiple-choice tasks of a rule: each by itself, or pooled by protocol, because protocols are never mixed in one number. */
export function selectChoices(choice: ScopeChoice, tasks: readonly ResolvedTask[]): Selection {
  const chosen = lookedAt(choice, tasks)
    .filter((task) => task.type === "multiple-choice")
    .filter((task) => choice.task === undefined || task.name === choice.task)
    .filter((task) => choice.benchmark === undefined || task.dataset.manifest.benchmark === choice.benchmark);
  const subject = choice.subject === undefined ? "" : `, subject ${choice.subject}`;
  const label = `${choice.task ?? choice.benchmark ?? "all multiple-choice tasks"}${subject}`;
  const protocols = [...new Set(chosen.map((task) => task.protocol))];
  const scopes =
    choice.over === "each-task"
      ? chosen.map((task) => ({ label: `${task.name}${subject}`, tasks: [task] }))
      : protocols.map((protocol) => ({
          label: protocols.length > 1 ? `${label}, ${protocol}` : label,
          tasks: chosen.filter((task) => task.protocol === protocol),
        }));
  return { scopes, label, mayBeEmpty: mayBeEmpty(choice) };
}

/** A further number of a task that is judged already stands beside it: looked at by itself, pooled with nothing. */
function lookedAt({ over, task: named }: ScopeChoice, tasks: readonly ResolvedTask[]): readonly ResolvedTask[] {
  return over === "each-task" || named !== undefined ? tasks : tasks.filter(({ watched }) => watched !== true);
}

/** The generation tasks of a rule that count for its metric: each by itself, or all together. */
export function selectTexts(
  choice: ScopeChoice,
  tasks: readonly ResolvedTask[],
  counts: (task: ResolvedTask) => boolean,
): Selection {
  const chosen = lookedAt(choice, tasks)
    .filter((task) => task.type === "generation")
    .filter((task) => counts(task))
    .filter((task) => choice.task === undefined || task.name === choice.task)
    .filter((task) => choice.kind === undefined || task.kind === choice.kind);
  const label = choice.task ?? (choice.kind === undefined ? "all generation tasks" : `all ${choice.kind} tasks`);
  const pooled = chosen.length === 0 ? [] : [{ label, tasks: chosen }];
  const scopes = choice.over === "each-task" ? chosen.map((task) => ({ label: task.name, tasks: [task] })) : pooled;
  return { scopes, label, mayBeEmpty: mayBeEmpty(choice) };
}

/** The tasks of a rule about answers of any kind: each by itself, or all together. */
export function selectTasks(choice: ScopeChoice, tasks: readonly ResolvedTask[]): Selection {
  const chosen = tasks.filter((task) => choice.task === undefined || task.name === choice.task);
  const label = choice.task ?? "all tasks";
  const pooled = chosen.length === 0 ? [] : [{ label, tasks: chosen }];
  const scopes = choice.over === "each-task" ? chosen.map((task) => ({ label: task.name, tasks: [task] })) : pooled;
  return { scopes, label, mayBeEmpty: mayBeEmpty(choice) };
}

/** Who asks: the rule, and how sure a decision must be. */
interface Asker {
  readonly rule: { readonly guard?: boolean | undefined };
  readonly level: DecidingLevel;
}

/**
 * Checks a rule on each scope of its selection. A claim decides each at the level given; a guard shares α among the scopes that it watches. A
 * selection that finds nothing fails closed, unless it may be empty.
 */
export function checkScopes(
  { scopes, label, mayBeEmpty }: Selection,
  { rule, level }: Asker,
  describe: (label: string) => Pick<CheckedRule, "rule" | "type" | "metric" | "subject">,
  find: (scope: Scope, level: DecidingLevel) => Finding,
): readonly CheckedRule[] {
  if (scopes.length === 0 && !mayBeEmpty)
    return [{ ...describe(label), ...notMeasured("the run has no task that this rule could look at") }];
  const at = rule.guard ? splitLevel(level, scopes.length) : level;
  return scopes.map((scope) => {
    const [first, second] = scope.tasks;
    const { outlook, ...finding } = find(scope, at);
    return {
      ...describe(scope.label),
      ...(first === undefined || second !== undefined ? {} : { task: first.name }),
      ...finding,
      ...(outlook === undefined ? {} : { explanation: `${finding.explanation}; ${outlook}` }),
    };
  });
}

function mayBeEmpty({ over, task, benchmark, subject, kind, guard, ifPresent }: ScopeChoice): boolean {
  if (ifPresent) return true;
  const named = [task, benchmark, subject].some((part) => part !== undefined);
  return !named && (guard === true || (over === "each-task" && kind === undefined));
}
