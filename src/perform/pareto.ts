/** One thing to choose, with a figure for each goal. */
export interface ParetoPoint<Goal extends string> {
  readonly figures: Readonly<Record<Goal, number>>;
}

/** Which way a figure is better. */
export type Direction = "higher" | "lower";

/**
 * The points that no other one dominates, in the given order: at least as good in every goal and better in one. Equal points don't
 * dominate each other, so ties stay. Point estimates decide; draw intervals beside them. Throws RangeError for a figure that is no number.
 */
export function paretoFront<Goal extends string, Point extends ParetoPoint<Goal>>(
  points: readonly Point[],
  goals: Readonly<Record<Goal, Direction>>,
): readonly Point[] {
  const names = Object.keys(goals) as Goal[];
  for (const { figures } of points) {
    for (const name of names) {
      if (Number.isNaN(figures[name])) throw new RangeError(`the figure "${name}" of a point is no number`);
    }
  }
  const gain = (a: Point, b: Point, name: Goal): number =>
    goals[name] === "higher" ? a.figures[name] - b.figures[name] : b.figures[name] - a.figures[name];
  const dominates = (a: Point, b: Point): boolean => {
    // Infinite figures are compared by order, since their difference is no number.
    const better = names.map((name) => (a.figures[name] === b.figures[name] ? 0 : gain(a, b, name)));
    return better.every((step) => step >= 0) && better.some((step) => step > 0);
  };
  return points.filter((point) => !points.some((other) => dominates(other, point)));
}
