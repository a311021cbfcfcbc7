import { z } from "zod";

const TokensSchema = z.strictObject({ prompt: z.int().nonnegative(), completion: z.int().nonnegative() });
const head = {
  task: z.string().optional(),
  item: z.union([z.string(), z.number()]).transform(String),
  promptHash: z.string().optional(),
  tokens: TokensSchema.optional(),
};

const OwnRowSchema = z.union([
  z.strictObject({
    ...head,
    text: z.string(),
    reasoning: z.string().optional(),
    finish: z.enum(["end", "stop", "length"]).default("end"),
  }),
  z.strictObject({ ...head, letters: z.record(z.string().min(1), z.number()) }),
  z.strictObject({ ...head, continuations: z.array(z.number()).min(1) }),
]);

/** Numbers that older versions wrote as numbers and newer ones as strings. */
const NumberSchema = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?(\d+(\.\d+)?(e[+-]?\d+)?|inf)$/i)
    .transform(toNumber),
]);
const ScoredChoiceSchema = z.tuple([z.tuple([NumberSchema, z.unknown()])]);
const LmEvalRowSchema = z.object({
  doc_id: z.union([z.int(), z.string()]).transform(String),
  doc: z.record(z.string(), z.unknown()).optional(),
  resps: z.union([z.array(ScoredChoiceSchema).min(1), z.tuple([z.array(z.string()).min(1)])]),
});

/** One recorded answer, of either format. */
export interface RecordedRow {
  readonly task: string | undefined;
  /** Every id under which the item may be asked for. */
  readonly items: readonly string[];
  /** The format writes a row for each filter of an answer. */
  readonly filtered: boolean;
  readonly promptHash: string | undefined;
  readonly tokens: { readonly prompt: number; readonly completion: number } | undefined;
  readonly answer:
    | {
        readonly kind: "text";
        readonly text: string;
        readonly reasoning?: string;
        readonly finish: "end" | "stop" | "length";
      }
    | { readonly kind: "letters"; readonly byLabel: Readonly<Record<string, number>> }
    /** In the order of the choices; the choices may be letters or whole texts. */
    | { readonly kind: "choices"; readonly logprobs: readonly number[] };
}

/**
 * Reads one parsed line: QuantGate's own format (`{task?, item, promptHash?, text | letters | continuations, …}`), or a line of a
 * `samples_*.jsonl` of lm-evaluation-harness. Returns what is wrong with it as words.
 */
export function readRow(value: unknown): RecordedRow | { readonly problem: string } {
  if (typeof value === "object" && value !== null && "doc_id" in value && "resps" in value) {
    const parsed = LmEvalRowSchema.safeParse(value);
    return parsed.success ? fromLmEval(parsed.data) : { problem: problemOf(parsed.error) };
  }
  const parsed = OwnRowSchema.safeParse(value);
  if (!parsed.success)
    return { problem: "needs `item` and one of `text`, `letters` and `continuations`; see docs/backends.md" };
  const { task, item, promptHash, tokens, ...answer } = parsed.data;
  return {
    task,
    items: [item],
    filtered: false,
    promptHash,
    tokens,
    answer:
      "text" in answer
        ? {
            kind: "text",
            text: answer.text,
            finish: answer.finish,
            ...(answer.reasoning === undefined ? {} : { reasoning: answer.reasoning }),
          }
        : "letters" in answer
          ? { kind: "letters", byLabel: answer.letters }
          : { kind: "choices", logprobs: answer.continuations },
  };
}

function fromLmEval({ doc_id, doc, resps }: z.output<typeof LmEvalRowSchema>): RecordedRow {
  const id = doc?.id;
  const [first] = resps;
  const text = first?.[0];
  return {
    task: undefined,
    items: typeof id === "string" && id !== doc_id ? [doc_id, id] : [doc_id],
    filtered: true,
    promptHash: undefined,
    tokens: undefined,
    answer:
      typeof text === "string"
        ? { kind: "text", text, finish: "end" }
        : {
            kind: "choices",
            logprobs: resps.flatMap((choice) => (typeof choice[0] === "string" ? [] : [choice[0][0]])),
          },
  };
}

function toNumber(text: string): number {
  // Infinities are no JSON; a log-probability this low says the same.
  return /inf/i.test(text) ? (text.startsWith("-") ? -Number.MAX_VALUE : Number.MAX_VALUE) : Number(text);
}

function problemOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return `field "${issue?.path.join(".") ?? ""}": ${issue?.message ?? "does not fit"}`;
}
