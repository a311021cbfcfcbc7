import { parseYaml } from "../spec/parse.ts";
import { hashOf, type Policy } from "./policies.ts";
import { type PolicyInput, PolicySchema, policyJsonSchema } from "./policy-schema.ts";

/*
 * The built-in policies of version 0.1, whose runs kept no rules but the hash of them. They are here so that such a run is decided again by what
 * it was decided by. Never change them: the hash would be another.
 */

type RuleInput = NonNullable<PolicyInput["rules"]>[number];

interface OldPolicy {
  readonly extends?: "default";
  readonly recommended?: PolicyInput["recommended"];
  readonly rules: readonly RuleInput[];
}

const minimum = (metric: "composite" | "bertscore" | "rouge_l" | "bleu", atLeast: number): RuleInput => ({
  type: "min-score",
  metric,
  atLeast,
  basis: "point",
});
const minimumOf = (benchmark: "mmlu" | "arc-challenge", atLeast: number): RuleInput => ({
  type: "min-score",
  metric: "accuracy",
  benchmark,
  atLeast,
  basis: "point",
});

const NEVER: readonly RuleInput[] = [
  { type: "not-near-random" },
  { type: "max-rate", of: ["unparsed", "empty", "truncated"], percent: 5 },
  { type: "quantizations", forbid: ["Q2_K"] },
];

const POLICIES: Readonly<Record<string, OldPolicy>> = {
  default: {
    rules: [
      { type: "max-loss", metric: "accuracy", pp: 3 },
      { type: "max-loss", metric: "key_metric_average", percent: 3 },
      ...NEVER,
    ],
  },
  "accuracy-only": {
    rules: [
      { type: "max-loss", metric: "accuracy", pp: 3 },
      // "Each task" holds where there is none; what is pooled must be there.
      { type: "max-loss", metric: "accuracy", pp: 3, over: "pooled" },
      ...NEVER,
    ],
  },
  "general-chatbot": {
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.5), minimumOf("mmlu", 0.4), minimumOf("arc-challenge", 0.35)],
  },
  "qa-pipeline": {
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
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.45), minimum("bertscore", 0.8), minimum("rouge_l", 0.45)],
  },
  "code-generation": {
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.4), minimum("bleu", 0.3)],
  },
  "medical-legal": {
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
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [
      minimumOf("mmlu", 0.5),
      minimumOf("arc-challenge", 0.45),
      { type: "min-score", metric: "exact_match", kind: "classification", atLeast: 0.9, basis: "point" },
    ],
  },
  "multi-agent-coding": {
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.45), minimum("bleu", 0.3)],
  },
  "batch-analytics": {
    extends: "default",
    recommended: ["Q4_K_M"],
    rules: [minimum("composite", 0.4)],
  },
};

/**
 * The policy of version 0.1 that has a hash: a built-in one, or that of a file which may extend one. `undefined`: neither has it, as when the file
 * was changed since.
 */
export function policyOfVersion01(
  hash: string,
  file: { readonly text: string; readonly file: string } | undefined,
): Policy | undefined {
  for (const name of Object.keys(POLICIES)) {
    const policy = builtIn(name);
    if (policy.hash === hash) return policy;
  }
  const own = file === undefined ? undefined : fromFile(file);
  return own?.hash === hash ? own : undefined;
}

function builtIn(name: string): Policy {
  const { extends: base, recommended, rules } = POLICIES[name] ?? { rules: [] };
  return complete({ name, ...(recommended === undefined ? {} : { recommended }), rules: [...rules] }, base);
}

function fromFile({ text, file }: { readonly text: string; readonly file: string }): Policy | undefined {
  try {
    const { extends: base, ...own } = parseYaml(text, file, PolicySchema, policyJsonSchema).value;
    return complete(own, typeof base === "string" ? base : undefined);
  } catch {
    return undefined;
  }
}

function complete(input: PolicyInput, base: string | undefined): Policy {
  const parsed = PolicySchema.parse(input);
  const below = base === undefined ? undefined : builtIn(base);
  const rules = [...(below?.rules ?? []), ...parsed.rules];
  return {
    name: parsed.name,
    rules,
    onInconclusive: parsed.onInconclusive,
    recommended: parsed.recommended ?? below?.recommended ?? [],
    hash: hashOf(rules, parsed.onInconclusive),
  };
}
