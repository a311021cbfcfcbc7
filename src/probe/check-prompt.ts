import { BackendError } from "../backend/backend.ts";
import { ask, continuations, type Examinee, LETTERS, letters, text } from "./ask.ts";
import { type Finding, ok, stop, warn } from "./finding.ts";

/** About sixty tokens that end alike, after openings that decide the answer. */
const OPENINGS = ["Question: What is 7 minus 1?\n", "Text: The sky is green and the sea is red.\n"] as const;
const TAIL = `${"one two three four five six seven eight nine ten ".repeat(4)}\nAnswer:`;

/**
 * Is a prompt read from its beginning? Log-probabilities after prompts that differ only there are never exactly equal, and a longer prompt
 * has more tokens; texts may be equal and prove nothing.
 */
export async function checkWholePrompt(examinee: Examinee): Promise<Finding> {
  const [one, other, short] = [
    await trace(examinee, OPENINGS[0] + TAIL),
    await trace(examinee, OPENINGS[1] + TAIL),
    await trace(examinee, TAIL),
  ];
  const unread = one.logprobs !== "" && one.logprobs === other.logprobs;
  if (unread || one.prompt <= short.prompt) {
    return stop(
      "whole-prompt",
      unread
        ? "the server does not read the beginning of a prompt: two that differ only there have the same log-probabilities"
        : `the server cuts prompts: a longer one counts ${one.prompt} tokens, its end alone ${short.prompt}`,
      "raise its context length, or find out what cuts prompts on their way",
    );
  }
  return ok("whole-prompt", "a change at the beginning of a prompt changes the answer");
}

/** Do the longest prompt of the tasks and its answer fit the context? */
export async function checkContext(
  examinee: Examinee,
  longest: { readonly prompt: string; readonly maxTokens: number } | undefined,
): Promise<Finding> {
  const { settings, metadata } = examinee.backend.identity;
  const size = settings.contextSize ?? metadata.contextLength;
  if (longest === undefined) return ok("context", size === undefined ? "its size is not told" : `${size} tokens`);
  try {
    const { tokens } = await ask(examinee, text(longest.prompt, Math.max(1, longest.maxTokens)));
    return ok(
      "context",
      `the longest prompt (${tokens.prompt} tokens) and its answer fit${size === undefined ? "" : ` into ${size}`}`,
    );
  } catch (error) {
    if (!(error instanceof BackendError) || error.kind !== "context-overflow") throw error;
    return warn("context", `the longest prompt does not fit: ${error.message}`, error.hint);
  }
}

/** Is the token limit kept? */
export async function checkTokenLimit(examinee: Examinee): Promise<Finding> {
  const answer = await ask(examinee, text(OPENINGS[1], 3));
  return answer.tokens.completion <= 3
    ? ok("token-limit", "an answer ends at the limit that was asked for")
    : stop(
        "token-limit",
        `the server ignores the token limit: ${answer.tokens.completion} tokens instead of at most 3`,
      );
}

/** What can be compared exactly after a prompt: log-probabilities, where any are shown, and the number of tokens read. */
async function trace(
  examinee: Examinee,
  prompt: string,
): Promise<{ readonly logprobs: string; readonly prompt: number }> {
  for (const [need, request] of [
    ["continuations", continuations(prompt, [" one", " seven", " red"])],
    ["letters", letters(prompt, LETTERS)],
  ] as const) {
    if (!canAnswer(examinee, need)) continue;
    try {
      const answer = await ask(examinee, request);
      const shown = answer.logprobs.some((logprob) => logprob !== "not-shown");
      if (shown) return { logprobs: JSON.stringify(answer.logprobs), prompt: answer.tokens.prompt };
    } catch (error) {
      // What no task asks for it need not have: many servers ignore `echo`.
      if (examinee.needs.has(need) || !(error instanceof BackendError) || error.kind !== "unsupported") throw error;
    }
  }
  return { logprobs: "", prompt: (await ask(examinee, text(prompt, 1))).tokens.prompt };
}

function canAnswer({ backend }: Examinee, need: "letters" | "continuations"): boolean {
  return need === "letters" ? backend.capabilities.letters !== "none" : backend.capabilities.continuations;
}
