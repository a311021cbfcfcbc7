import type { Timings, TokenCounts } from "../domain/answer.ts";

/** How fast a variant was. Measured by the backend's own clock where it tells, after the first answer (warm-up). Not part of the summary. */
export interface Speed {
  readonly loadMs: number;
  /** Completion tokens of generated answers per second of decoding. */
  readonly decodeTokensPerSecond?: number;
  /** Prompt tokens of generated answers per second of prompt evaluation. */
  readonly promptTokensPerSecond?: number;
  readonly medianFirstTokenMs?: number;
  /** Completion tokens of generated answers per second of wall clock, all that is in between included: queues, network, our own cost. */
  readonly wallTokensPerSecond?: number;
  /** Derived from the price of the machine and `wallTokensPerSecond`: per million completion tokens. */
  readonly dollarsPerMillionTokens?: number;
  /** Sum over answers of the time from asking to having; answers may overlap. */
  readonly answerMs: number;
  /** Answers that were asked; all figures are of these alone. */
  readonly answers: number;
  /** Answers that were kept from earlier runs: they have no times here. Absent: none. */
  readonly keptAnswers?: number;
}

/** Adds up a variant's timings as its rows are read. */
export class SpeedMeter {
  #loadMs = 0;
  #answers = 0;
  #kept = 0;
  #answerMs = 0;
  #warm = false;
  #completion = { tokens: 0, ms: 0 };
  #prompt = { tokens: 0, ms: 0 };
  #firstTokenMs: number[] = [];
  #wall = { tokens: 0, ms: 0 };
  #session: { readonly endMs: number } | undefined;

  /** A variant was opened, at the start of a run or when it was resumed. */
  addLoad(loadMs: number): void {
    this.#loadMs += loadMs;
    this.#session = undefined;
  }

  /** `at`: when the answer was there, in milliseconds since the epoch; NaN where it isn't known. */
  addAnswer(kind: string, tokens: TokenCounts, timings: Timings, at: number): void {
    if (timings.kept === true) {
      this.#kept += 1;
      // What was asked before and after a kept answer is no one stretch of time.
      this.#session = undefined;
      return;
    }
    this.#answers += 1;
    this.#answerMs += timings.wallMs;
    if (kind !== "generated") {
      this.#session = undefined;
      return;
    }
    if (!Number.isNaN(at)) this.#addWall(tokens.completion, at - timings.wallMs, at);
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

  /** `dollarsPerHour`: price of the machine that the model runs on. */
  speed({ dollarsPerHour }: { readonly dollarsPerHour?: number } = {}): Speed {
    const wallTokensPerSecond = this.#wall.ms > 0 ? (this.#wall.tokens * 1000) / this.#wall.ms : undefined;
    const sorted = this.#firstTokenMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    return {
      loadMs: this.#loadMs,
      ...(this.#completion.ms > 0
        ? { decodeTokensPerSecond: (this.#completion.tokens * 1000) / this.#completion.ms }
        : {}),
      ...(this.#prompt.ms > 0 ? { promptTokensPerSecond: (this.#prompt.tokens * 1000) / this.#prompt.ms } : {}),
      ...(median === undefined ? {} : { medianFirstTokenMs: median }),
      ...(wallTokensPerSecond === undefined ? {} : { wallTokensPerSecond }),
      ...(wallTokensPerSecond === undefined || wallTokensPerSecond === 0 || dollarsPerHour === undefined
        ? {}
        : { dollarsPerMillionTokens: (dollarsPerHour / (wallTokensPerSecond * 3600)) * 1e6 }),
      answerMs: this.#answerMs,
      answers: this.#answers,
      ...(this.#kept === 0 ? {} : { keptAnswers: this.#kept }),
    };
  }

  /** Adds the time since the last answer of the session ended; the first one's own time starts the session. */
  #addWall(tokens: number, startMs: number, endMs: number): void {
    const since = this.#session?.endMs ?? startMs;
    this.#wall.tokens += tokens;
    this.#wall.ms += Math.max(0, endMs - since);
    this.#session = { endMs: Math.max(endMs, since) };
  }
}
