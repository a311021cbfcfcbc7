import { decimal, signed } from "../../domain/write-number.ts";
import type { PlotMark, PlotUnit } from "../document.ts";
import { interval, score } from "../format.ts";

/** A number of a plot without its unit. */
export function plotNumber(value: number, unit: PlotUnit): string {
  if (unit === "score") return score(value);
  return unit === "%" ? decimal(value, 1) : signed(value, 1);
}

/** A tick's label: as short as its value allows. */
export function tickLabel(value: number, unit: PlotUnit): string {
  const digits = Number.isInteger(Number(value.toFixed(6))) ? 0 : unit === "score" ? 2 : 1;
  return unit === "score" || unit === "%" ? decimal(value, digits) : signed(value, digits);
}

/** The words for a unit on an axis. */
export function unitName(unit: PlotUnit): string {
  return unit === "pp" ? "pp" : unit === "score" ? "score" : "%";
}

/** "−1.2 pp [−3.0, +0.6]", or why there is no number. */
export function markText({ value }: PlotMark, unit: PlotUnit): string {
  if ("unavailable" in value) return value.unavailable;
  const write = (bound: number): string => plotNumber(bound, unit);
  const suffix = unit === "score" ? "" : ` ${unitName(unit)}`;
  return `${write(value.point)}${suffix} ${interval(value, write)}`;
}
