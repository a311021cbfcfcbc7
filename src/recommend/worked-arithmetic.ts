import { breakEvenSuccessRate } from "../perform/cost.ts";
import { plannerReference, type WorkedNumber } from "./reference.ts";
import { expectedPerRequest } from "./tier-routing.ts";

type Inputs = WorkedNumber["input"];

function number(inputs: Inputs, name: string): number {
  const value = inputs[name];
  if (typeof value !== "number") throw new RangeError(`a worked number lacks its input "${name}"`);
  return value;
}

function numbers(inputs: Inputs, name: string): readonly number[] {
  const value = inputs[name];
  if (!Array.isArray(value)) throw new RangeError(`a worked number lacks its list "${name}"`);
  return value.map(Number);
}

const seconds = (inputs: Inputs): number => number(inputs, "tokens") / number(inputs, "tokPerSec");

/** The steps of the study's case studies that are one line of arithmetic, by the formula's name in the reference data. */
export const ARITHMETIC: Readonly<Record<string, (inputs: Inputs) => number>> = {
  "r/3600": (i) => number(i, "requestsPerHour") / 3600,
  "tokens/rate": seconds,
  "decode+prefill": (i) => seconds(i) + number(i, "prefillSec"),
  "r*t*h": (i) => number(i, "requestsPerHour") * number(i, "tokensPerRequest") * number(i, "hours"),
  "tokens*price": (i) => (number(i, "tokens") / 1e6) * number(i, "usdPer1M"),
  "total/N": (i) => number(i, "total") / number(i, "nAgents"),
  "w*o+kv+act": (i) => number(i, "weightsGB") * number(i, "overhead") + number(i, "kvGB") + number(i, "activationsGB"),
  "solo*eta": (i) => number(i, "solo") * number(i, "eta2"),
  "N*perAgent": (i) => number(i, "nAgents") * number(i, "perAgent"),
  "d*t": (i) => number(i, "documents") * number(i, "tokensPerDocument"),
  "tokens/s": (i) => number(i, "tokens") / number(i, "seconds"),
  "p/t": (i) => number(i, "prefillTokPerSec") / number(i, "tokensPerDocument"),
  "d/r/3600": (i) => number(i, "documents") / number(i, "docsPerSec") / 3600,
  "t/p": (i) => number(i, "tokens") / number(i, "prefillTokPerSec"),
  "s/3600": (i) => number(i, "seconds") / 3600,
  "d/g*t/p": (i) =>
    ((number(i, "documents") / number(i, "gpus")) * number(i, "tokensPerDocument")) / number(i, "prefillTokPerSec"),
  "g*p*h": (i) => number(i, "gpus") * number(i, "usdPerHour") * number(i, "hours"),
  "t*30*p": (i) => (number(i, "tokensPerNight") / 1e6) * number(i, "nights") * number(i, "usdPer1M"),
  "load/rate": (i) => number(i, "load") / number(i, "tokPerSec"),
  "solo*eta*N": (i) => number(i, "solo") * number(i, "eta") * number(i, "nAgents"),
  "1-n8/n1": (i) => 100 * (1 - number(i, "n8") / number(i, "n1")),
  // Printed in the appendices; the right law has s and 1 − s the other way round.
  "1/(sN+1-s)": (i) => 1 / (number(i, "s") * number(i, "nAgents") + 1 - number(i, "s")),
  "1/(sN+1-s) as printed": (i) => 1 / (number(i, "s") * number(i, "nAgents") + 1 - number(i, "s")),
  "p_big/p_small >= C_big/C_small": (i) =>
    breakEvenSuccessRate({
      usdPerRequest: number(i, "costBig"),
      cheaperUsdPerRequest: number(i, "costSmall"),
      cheaperSuccessRate: 1,
    }),
  "cost<=budget": (i) => number(i, "cost"),
};

/** Where the formula's name says too little, by the number's id. */
export const BY_ID: Readonly<Record<string, (inputs: Inputs) => number>> = {
  "q1.vram": (i) => number(i, "modelGB") + number(i, "overheadGB"),
  "q3.vram": (i) => number(i, "modelGB") + number(i, "kvOverheadGB"),
  "q5.factor": (i) => number(i, "required") / number(i, "tokPerSec"),
  "q5.costMonth": (i) => number(i, "usdPerNight") * number(i, "nights"),
  "q5.documentsMonth": (i) => number(i, "perNight") * 30,
  "h1.gain": (i) => number(i, "vllm") / number(i, "ollama"),
  "h1.ttft": (i) => number(i, "ollamaMs") / number(i, "vllmMs"),
  "v4.mean": (i) => expectedPerRequest(numbers(i, "shares"), numbers(i, "tokens")),
  "v5.routed": (i) => expectedPerRequest(numbers(i, "shares"), numbers(i, "usdPer1k")),
  "v5.inverted": (i) => expectedPerRequest(numbers(i, "shares"), numbers(i, "usdPer1k")),
};

/** The case studies' numbers: Q.1 to Q.5 of the phase 2 appendix, V of the phase 1.5 appendix, and those they lean on. */
export function caseStudyNumbers(): readonly WorkedNumber[] {
  return plannerReference().workedNumbers.filter(({ id }) => /^(q[1-5]|v[1-5]|c74|g3|h[15]|f[25][ab]?)\./.test(id));
}
