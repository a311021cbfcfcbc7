import type { ProgressEvent, ProgressListener } from "../domain/progress.ts";
import { escapeTerminal } from "../report/escape.ts";

export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
/** Share of a variant's items after which a log (not a terminal) gets another line. */
const LOG_STEP = 0.25;

/**
 * Live progress on a terminal, one line that is redrawn: variant, bar, items, rate, time left. Elsewhere a few plain lines per variant.
 * `nowMs` is a monotonic clock.
 */
export function progressLine(output: ProgressOutput, nowMs: () => number): ProgressListener {
  let total = 0;
  let done = 0;
  let resumed = 0;
  let startMs = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;
  let loggedAt = 0;
  let errored = 0;
  let current = { variant: "", answers: 0, done: 0 };
  const live = output.isTTY === true;
  const warned = new Set<string>();

  const draw = (state: string): void => {
    const elapsedS = Math.max(0.001, (nowMs() - startMs) / 1000);
    const rate = (done - resumed) / elapsedS;
    const left = rate > 0 ? duration((total - done) / rate) : "?";
    const counts = `${current.done}/${current.answers}`;
    const overall = `${Math.floor((100 * done) / Math.max(1, total))}%`;
    const failures = errored > 0 ? `  ${errored} errored` : "";
    const text = `${current.variant}  ${bar(current.done / Math.max(1, current.answers))} ${counts}  ${state || `${rate.toFixed(0)}/s`}  all ${overall}, ${left} left${failures}`;
    if (live) output.write(`\r\u001b[2K${text.slice(0, (output.columns ?? 80) - 1)}`);
    else output.write(`${text}\n`);
  };

  return (event: ProgressEvent): void => {
    switch (event.kind) {
      case "started":
        ({ answers: total, done } = event);
        resumed = done;
        startMs = nowMs();
        output.write(
          `run ${event.runId}: ${total} answers${done > 0 ? `, ${done} of them there` : ""} → ${event.location}\n`,
        );
        break;
      case "damaged":
        output.write(`${event.message}\n`);
        break;
      case "variant-opening":
        current = { variant: event.variant, answers: event.answers, done: event.done };
        loggedAt = 0;
        if (live && event.done < event.answers) draw("loading");
        break;
      case "variant-opened":
        for (const { check, level, message } of event.findings) {
          // The same warning about every quantization of a model says no more than the first.
          if (level !== "warn" || warned.has(check)) continue;
          warned.add(check);
          output.write(`${live ? "\r\u001b[2K" : ""}${event.variant}: ${check}: ${escapeTerminal(message)}\n`);
        }
        break;
      case "answered": {
        done += 1;
        current = { ...current, done: current.done + 1 };
        if (event.errored) errored += 1;
        const ended = current.done === current.answers;
        if (
          live
            ? ended || nowMs() - drawnMs >= REDRAW_MS
            : ended || current.done / current.answers >= loggedAt + LOG_STEP
        ) {
          drawnMs = nowMs();
          loggedAt = current.done / current.answers;
          draw("");
        }
        break;
      }
      case "scoring":
        if (live) draw("scoring");
        break;
      case "variant-done":
        break;
      case "analyzing":
        if (live) output.write("\r\u001b[2K");
        break;
    }
  };
}

function bar(share: number): string {
  const width = 20;
  const full = Math.round(Math.min(1, share) * width);
  return `[${"=".repeat(full)}${" ".repeat(width - full)}]`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}m ${whole % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
