import type { Interval } from "../../stats/interval.ts";

/** Round tick values inside a domain: steps of 1, 2 or 5 times a power of ten, about `wanted` of them. */
export function niceTicks({ lower, upper }: Interval, wanted: number): readonly number[] {
  const rough = (upper - lower) / wanted;
  if (!(rough > 0)) return [lower];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(lower / step - 1e-9);
  const last = Math.floor(upper / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** A value's place between the ends of a domain, 0 to 1; what lies beyond is put at the edge. */
export function placeIn({ lower, upper }: Interval, value: number): number {
  return Math.min(1, Math.max(0, (value - lower) / (upper - lower)));
}

/**
 * The domain of differences: zero, the margins and the intervals, but not far beyond the margins, where one hopeless variant would
 * squeeze the others together. What is left out is drawn as an arrow at the edge.
 */
export function differenceDomain(intervals: readonly Interval[], margins: readonly number[]): Interval {
  const widest = Math.max(0, ...margins.map(Math.abs));
  const extents = intervals.map(({ lower, upper }) => Math.max(Math.abs(lower), Math.abs(upper))).sort((a, b) => a - b);
  const median = extents[Math.floor((extents.length - 1) / 2)] ?? 0;
  const limit = widest === 0 ? Number.POSITIVE_INFINITY : Math.max(6 * widest, 1.2 * median);
  const lower = Math.max(-limit, Math.min(0, ...margins, ...intervals.map((each) => each.lower)));
  const upper = Math.min(limit, Math.max(0, ...margins, ...intervals.map((each) => each.upper)));
  const padding = (upper - lower) * 0.06 || 0.01;
  return { lower: lower - padding, upper: upper + padding };
}

/** The domain of proportions: intervals and chance with some air, inside [0, 100] %. */
export function shareDomain(intervals: readonly Interval[], lines: readonly number[]): Interval {
  const lowest = Math.min(...intervals.map((each) => each.lower), ...lines);
  const highest = Math.max(...intervals.map((each) => each.upper), ...lines);
  const padding = (highest - lowest) * 0.08 || 5;
  return { lower: Math.max(0, lowest - padding), upper: Math.min(100, highest + padding) };
}

/** A place in [0, 1] as an SVG length. */
export function share(place: number): string {
  return `${(place * 100).toFixed(2)}%`;
}

/** Pixels as an SVG length, to a tenth. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
