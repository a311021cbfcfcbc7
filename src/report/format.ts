import { decimal, signed } from "../domain/write-number.ts";
import type { CheckedRule } from "../gate/verdict.ts";
import type { Interval } from "../stats/interval.ts";

export function count(value: number): string {
  return decimal(value, 0);
}

/** A proportion as a percentage: 0.724 → "72.4 %". */
export function percent(proportion: number, digits = 1): string {
  return withUnit(decimal(proportion * 100, digits), "%");
}

/** A difference of proportions in percentage points: −0.012 → "−1.2 pp". */
export function percentagePoints(difference: number): string {
  return withUnit(signed(difference * 100, 1), "pp");
}

/** A relative change: −0.012 → "−1.2 %". */
export function relativeChange(ratio: number): string {
  return withUnit(signed(ratio * 100, 1), "%");
}

/** A score in [0, 1]: "0.812". */
export function score(value: number): string {
  return decimal(value, 3);
}

/** "p = 0.012", "p < 0.001", "p > 0.999". */
export function pValue(p: number): string {
  if (!Number.isFinite(p)) return "p not available";
  if (p < 0.001) return "p < 0.001";
  if (p > 0.999) return "p > 0.999";
  return `p = ${p.toFixed(3)}`;
}

/** "[−3.0, +0.6]", each end written by `write`. */
export function interval({ lower, upper }: Interval, write: (value: number) => string): string {
  return `[${write(lower)}, ${write(upper)}]`;
}

/** A file's size in decimal units: "5.28 MB". */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return withUnit(decimal(value / 1000 ** power, power === 0 ? 0 : 2), units[power] ?? "B");
}

/** "90 ms", "1.4 s", "2 min 5 s". */
export function duration(ms: number): string {
  if (!(ms >= 1000)) return withUnit(decimal(ms, 0), "ms");
  if (ms < 60_000) return withUnit(decimal(ms / 1000, 1), "s");
  const seconds = Math.round(ms / 1000);
  return Number.isFinite(seconds) ? `${count(Math.floor(seconds / 60))} min ${seconds % 60} s` : "not available";
}

/** An estimate or threshold of a rule in the rule's own unit: "−1.2 pp". */
export function quantity(value: number, unit: CheckedRule["unit"]): string {
  const suffix = unit === "pp" ? "pp" : unit === "% of baseline" || unit === "% of items" ? "%" : undefined;
  const text = quantityNumber(value, unit);
  return suffix === undefined ? text : withUnit(text, suffix);
}

/** The same without the unit; changes carry a sign. */
export function quantityNumber(value: number, unit: CheckedRule["unit"]): string {
  switch (unit) {
    case "pp":
    case "% of baseline":
      return signed(value, 1);
    case "% of items":
      return decimal(value, 1);
    case "score":
      return score(value);
    case undefined:
      return decimal(value, Number.isInteger(value) ? 0 : 3);
  }
}

/** Smallest and largest of several counts: "300" or "298–300". */
export function countRange(values: readonly number[]): string {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length === 0) return "0";
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return least === most ? count(least) : `${count(least)}–${count(most)}`;
}

/** "1 item", "2 items". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function withUnit(text: string, unit: string): string {
  return text === "not available" ? text : `${text} ${unit}`;
}
