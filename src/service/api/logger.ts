import pino, { type Logger } from "pino";

export type { Logger } from "pino";

/** Longest text of a caller that goes into a log line. */
const MAX_TEXT = 200;

/** Structured log: a JSON object a line, so that no text can forge another line. Secrets never get here; what looks like one is cut. */
export function makeLogger(level: string, destination: { write(text: string): void }): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ["*.authorization", "*.cookie", "token"],
    },
    destination,
  );
}

/** The beginning of a caller's text. */
export function shortened(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
