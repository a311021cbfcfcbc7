/** A point of a quadrature rule and what the function's value there counts. */
export interface QuadratureNode {
  readonly at: number;
  readonly weight: number;
}

const POINTS = 16;

/** Nodes and weights on [−1, 1]: roots of the Legendre polynomial by Newton's method from Chebyshev's first guess. */
const UNIT_RULE: readonly QuadratureNode[] = Array.from({ length: POINTS }, (_, index) => {
  let at = Math.cos((Math.PI * (index + 0.75)) / (POINTS + 0.5));
  let derivative = 0;
  for (let round = 0; round < 100; round++) {
    let [previous, current] = [1, at];
    for (let degree = 2; degree <= POINTS; degree++) {
      [previous, current] = [current, ((2 * degree - 1) * at * current - (degree - 1) * previous) / degree];
    }
    derivative = (POINTS * (at * current - previous)) / (at ** 2 - 1);
    const step = current / derivative;
    at -= step;
    if (Math.abs(step) < 1e-16) break;
  }
  return { at: -at, weight: 2 / ((1 - at ** 2) * derivative ** 2) };
});

/**
 * Composite Gauss-Legendre rule of 16 points a panel over [low, high], in panels of at most `panel`. Exact for polynomials up to
 * degree 31 on each panel. Nodes rise. Empty unless low < high.
 */
export function gaussLegendre(low: number, high: number, panel: number): readonly QuadratureNode[] {
  if (!(low < high)) return [];
  const panels = Math.max(1, Math.ceil((high - low) / panel));
  const half = (high - low) / panels / 2;
  return Array.from({ length: panels }, (_, index) => low + half * (2 * index + 1)).flatMap((middle) =>
    UNIT_RULE.map(({ at, weight }) => ({ at: middle + half * at, weight: half * weight })),
  );
}
