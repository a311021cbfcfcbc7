import type { Timings, TokenCounts } from "../domain/answer.ts";

/** How fast a variant was. Measured by the backend's own clock where it tells, after the first answer (warm-up). Not part of the summary. */
export interface Speed {
  readonly loadMs: number;
  /** Completion tokens of generated answers per second of decoding. */
  readonly decodeTokensPerSecond?: number;
  /** Prompt tokens of generated answers per second of prompt evaluation. */
  readonly promptTokensPerSecond?: number;
  readonly medianFirstTokenMs?: number;
  /** Sum over answers of the time from asking to having; answers may overlap. */
  readonly answerMs: number;
  readonly answers: number;
}

/** Adds up a variant's timings as its rows are read. */
export class SpeedMeter {
  #loadMs = 0;
  #answers = 0;
  #answerMs = 0;
  #warm = false;
  #completion = { tokens: 0, ms: 0 };
  #prompt = { tokens: 0, ms: 0 };
  #firstTokenMs: number[] = [];

  addLoad(loadMs: number): void {
    this.#loadMs += loadMs;
  }

  addAnswer(kind: string, tokens: TokenCounts, timings: Timings): void {
    this.#answers += 1;
    this.#answerMs += timings.wallMs;
    if (kind !== "generated") return;
    if (!this.#warm) {
      this.#warm = true;
      return;
    }
    if (timings.decodeMs !== undefined) {
      // The first token comes out of the prompt's evaluation.
      this.#completion.tokens += Math.max(0, tokens.completion - 1);
      this.#completion.ms += timings.decodeMs;
    }
    if (timings.promptMs !== undefined) {
      this.#prompt.tokens += tokens.prompt;
      this.#prompt.ms += timings.promptMs;
    }
    if (timings.firstTokenMs !== undefined) this.#firstTokenMs.push(timings.firstTokenMs);
  }

  speed(): Speed {
    const sorted = this.#firstTokenMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    return {
      loadMs: this.#loadMs,
      ...(this.#completion.ms > 0
        ? { decodeTokensPerSecond: (this.#completion.tokens * 1000) / this.#completion.ms }
        : {}),
      ...(this.#prompt.ms > 0 ? { promptTokensPerSecond: (this.#prompt.tokens * 1000) / this.#prompt.ms } : {}),
      ...(median === undefined ? {} : { medianFirstTokenMs: median }),
      answerMs: this.#answerMs,
      answers: this.#answers,
    };
  }
}
