import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { UsageError } from "../domain/errors.ts";
import type { Quantization } from "../domain/quantization.ts";
import { nearest } from "../spec/known-keys.ts";
import { parseYaml } from "../spec/parse.ts";
import {
  type ParsedPolicy,
  POLICY_NAMES,
  type PolicyInput,
  type PolicyName,
  PolicySchema,
  policyJsonSchema,
  type Rule,
} from "./policy-schema.ts";

/** A policy whose every default is filled in; the rules of the policy it extends come first. */
export interface Policy {
  readonly name: string;
  readonly description?: string;
  readonly rules: readonly Rule[];
  readonly onInconclusive: "block" | "allow";
  readonly recommended: readonly Quantization[];
  /** sha256 over the rules and `onInconclusive`, as 64 hex digits: equal hashes decide alike, whatever the name or the file's layout. */
  readonly hash: string;
}

type RuleInput = NonNullable<PolicyInput["rules"]>[number];

/** BERTScore's encoder in the study: minima on it are on its scale. */
const PUBLISHED_ENCODER = "deberta-xlarge-mnli";

const minimum = (metric: "composite" | "bertscore" | "rouge_l" | "bleu", atLeast: number): RuleInput => ({
  type: "min-score",
  metric,
  atLeast,
  basis: "point",
  ...(metric === "bertscore" ? { encoder: PUBLISHED_ENCODER } : {}),
});
const minimumOf = (benchmark: "mmlu" | "arc-challenge", atLeast: number): RuleInput => ({
  type: "min-score",
  metric: "accuracy",
  benchmark,
  atLeast,
  basis: "point",
});

const FLAWS: RuleInput[] = [
  { type: "max-rate-increase", of: ["unparsed", "empty", "truncated"], pp: 5 },
  { type: "max-rate-increase", of: ["unparsed", "empty", "truncated"], pp: 5, over: "each-task", guard: true },
];

/** On names and states, and on guessing, which every policy has. */
const ALWAYS: readonly RuleInput[] = [
  { type: "not-near-random" },
  { type: "quantizations", forbid: ["Q2_K"] },
  { type: "not-degraded" },
];

/** What watches every task by itself, whatever is claimed of all together. */
const GUARDS: readonly RuleInput[] = [{ type: "max-loss", metric: "accuracy", pp: 3, guard: true }];

const TEXT_GUARDS: readonly RuleInput[] = [
  { type: "max-loss", metric: "key_metric_average", percent: 10, over: "each-task", guard: true },
  { type: "max-loss", metric: "exact_match", pp: 3, kind: "classification", over: "each-task", guard: true },
  { type: "max-loss", metric: "exact_match", pp: 3, kind: "code", over: "each-task", guard: true },
  { type: "max-loss", metric: "bleu", percent: 10, kind: "code", over: "each-task", guard: true },
];

const BUILT_IN: Readonly<Record<PolicyName, Omit<PolicyInput, "name">>> = {
  default: {
    description: "Not measurably worse than the baseline, better than guessing, and it finishes its answers.",
    rules: [
      { type: "max-loss", metric: "accuracy", pp: 3, over: "pooled", ifPresent: true },
      ...GUARDS,
      { type: "max-loss", metric: "key_metric_average", percent: 3 },
      ...TEXT_GUARDS,
      ...FLAWS,
      ...ALWAYS,
    ],
  },
  "accuracy-only": {
    description: "As default, for runs of multiple-choice tasks alone: nothing is asked of generated texts.",
    rules: [{ type: "max-loss", metric: "accuracy", pp: 3, over: "pooled" }, ...GUARDS, ...FLAWS, ...ALWAYS],
  },
  "general-chatbot": {
    description: "An assistant for general use.",
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.5), minimumOf("mmlu", 0.4), minimumOf("arc-challenge", 0.35)],
  },
  "qa-pipeline": {
    description: "Answers to questions about given texts.",
    extends: "default",
    recommended: ["Q4_K_M", "Q8_0"],
    rules: [
      minimum("composite", 0.55),
      minimumOf("mmlu", 0.45),
      minimumOf("arc-challenge", 0.4),
      minimum("bertscore", 0.8),
      minimum("rouge_l", 0.45),
    ],
  },
  summarization: {
    description: "Summaries of given texts.",
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.45), minimum("bertscore", 0.8), minimum("rouge_l", 0.45)],
  },
  "code-generation": {
    description: "Code from descriptions.",
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.4), minimum("bleu", 0.3)],
  },
  "medical-legal": {
    description: "Where a wrong answer does harm: Q8_0, its 8-bit peers and higher precision only.",
    extends: "default",
    recommended: ["Q8_0", "FP16"],
    rules: [
      minimum("composite", 0.6),
      minimumOf("mmlu", 0.55),
      minimumOf("arc-challenge", 0.5),
      minimum("bertscore", 0.8),
      minimum("rouge_l", 0.45),
      { type: "quantizations", allow: ["FP32", "BF16", "FP16", "Q8_0", "INT8", "FP8"] },
    ],
  },
  classification: {
    description: "Texts sorted into classes.",
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [
      minimumOf("mmlu", 0.5),
      minimumOf("arc-challenge", 0.45),
      { type: "min-score", metric: "exact_match", kind: "classification", atLeast: 0.9, basis: "point" },
    ],
  },
  "multi-agent-coding": {
    description: "Several agents that write code together.",
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.45), minimum("bleu", 0.3)],
  },
  "batch-analytics": {
    description: "Many texts worked through overnight.",
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.4)],
  },
};

/** The policy of that name that comes with QuantGate. */
export function builtInPolicy(name: PolicyName): Policy {
  return completePolicy(PolicySchema.parse({ name, ...BUILT_IN[name] }));
}

/**
 * The policies that are named, all together: built-in ones by name, a user's own from YAML or JSON files. Throws `UsageError` for an unknown
 * name, a file that can't be read, and every problem in it with line and key.
 */
export async function loadPolicy(named: string | readonly string[]): Promise<Policy> {
  return allOf(await Promise.all([named].flat().map(loadOne)));
}

async function loadOne(nameOrPath: string): Promise<Policy> {
  const name = POLICY_NAMES.find((each) => each === nameOrPath);
  if (name !== undefined) return builtInPolicy(name);
  let text: string;
  try {
    text = await readFile(nameOrPath, "utf8");
  } catch (cause) {
    const meant = nearest(nameOrPath, POLICY_NAMES);
    throw new UsageError(`"${nameOrPath}" is neither a built-in policy nor a file that can be read`, {
      cause,
      hint: meant === undefined ? `built in are ${POLICY_NAMES.join(", ")}` : `did you mean "${meant}"?`,
    });
  }
  return parsePolicy(text, nameOrPath);
}

/** A policy from the text of a file, which is named in what is said about its problems. */
export function parsePolicy(text: string, file: string): Policy {
  const { value, place } = parseYaml(text, file, PolicySchema, policyJsonSchema);
  const policy = completePolicy(value);
  if (policy.rules.length === 0) {
    throw new UsageError(`${place(["rules"])}: policy "${policy.name}" has no rules, so nothing could pass it`, {
      hint: "add rules, or `extends: default`",
    });
  }
  return policy;
}

/** One policy of several: every rule of each must pass, and what any of them blocks is blocked. One alone stays as it is. */
export function allOf(policies: readonly Policy[]): Policy {
  const [only, ...others] = policies;
  if (only !== undefined && others.length === 0) return only;
  const rules = distinct(policies.flatMap((policy) => policy.rules));
  const onInconclusive = policies.every((policy) => policy.onInconclusive === "allow") ? "allow" : "block";
  return {
    name: policies.map(({ name }) => name).join(" + "),
    rules,
    onInconclusive,
    recommended: [...new Set(policies.flatMap(({ recommended }) => recommended))],
    hash: hashOf(rules, onInconclusive),
  };
}

function completePolicy(parsed: ParsedPolicy): Policy {
  const bases = [parsed.extends ?? []].flat().map(builtInPolicy);
  const rules = withLabelRule(distinct([...bases.flatMap((base) => base.rules), ...parsed.rules]));
  const { onInconclusive } = parsed;
  return {
    name: parsed.name,
    ...(parsed.description === undefined ? {} : { description: parsed.description }),
    rules,
    onInconclusive,
    recommended: parsed.recommended ?? [...new Set(bases.flatMap((base) => base.recommended))],
    hash: hashOf(rules, onInconclusive),
  };
}

/** A verdict about other weights than the ones it names is none: every policy asks for that. */
function withLabelRule(rules: readonly Rule[]): readonly Rule[] {
  return rules.length === 0 || rules.some(({ type }) => type === "weights-as-labelled")
    ? rules
    : [...rules, { type: "weights-as-labelled" }];
}

/** Each rule once, where it first stands. */
function distinct(rules: readonly Rule[]): readonly Rule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(sortKeys(rule)), rule])).values()];
}

/** sha256 over what decides. */
export function hashOf(rules: readonly Rule[], onInconclusive: Policy["onInconclusive"]): string {
  return createHash("sha256")
    .update(JSON.stringify(sortKeys({ rules, onInconclusive })))
    .digest("hex");
}

/** The same value with the keys of every object in order, so that equal content has equal text. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sortKeys(entry)]),
  );
}
