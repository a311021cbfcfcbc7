/** How well predictions meet measurements. */
export interface Goodness {
  readonly n: number;
  /** 1 − Σ(measured − predicted)² / Σ(measured − mean)²; below 0 where the mean predicts better. */
  readonly r2: number;
  /** Root of the mean squared error, in the unit of the measurements. */
  readonly rmse: number;
  /** Mean absolute error in percent of each measurement. */
  readonly mapePercent: number;
}

export interface Prediction {
  readonly measured: number;
  readonly predicted: number;
}

/** Throws RangeError for no pairs, or a measurement of 0, of which nothing is a percentage. */
export function goodnessOf(pairs: readonly Prediction[]): Goodness {
  if (pairs.length === 0) throw new RangeError("nothing to hold predictions against: there are no pairs");
  const mean = pairs.reduce((sum, { measured }) => sum + measured, 0) / pairs.length;
  let [residual, total, percent] = [0, 0, 0];
  for (const { measured, predicted } of pairs) {
    if (measured === 0) throw new RangeError("a measurement of 0 has no percentage error");
    residual += (measured - predicted) ** 2;
    total += (measured - mean) ** 2;
    percent += Math.abs(predicted / measured - 1);
  }
  return {
    n: pairs.length,
    r2: 1 - residual / total,
    rmse: Math.sqrt(residual / pairs.length),
    mapePercent: (100 * percent) / pairs.length,
  };
}

/** What a law learns from rows, and what it then says of one. */
export interface Law<Row, Parameters> {
  readonly fit: (rows: readonly Row[]) => Parameters;
  readonly predict: (row: Row, parameters: Parameters) => number;
}

/** A law held against the rows that it was fitted on, and against rows of groups that it never saw. */
export interface HeldOut {
  readonly inSample: Goodness;
  /** Each row predicted by the law fitted on the rows of other groups. */
  readonly leftOut: Goodness;
}

/** `groupOf` names what is left out together (a model), so that a law is not tested on what it has seen. Throws RangeError as `goodnessOf`. */
export function holdOut<Row, Parameters>(
  rows: readonly Row[],
  law: Law<Row, Parameters>,
  options: { readonly measured: (row: Row) => number; readonly groupOf: (row: Row) => string },
): HeldOut {
  const pair = (row: Row, parameters: Parameters): Prediction => ({
    measured: options.measured(row),
    predicted: law.predict(row, parameters),
  });
  const all = law.fit(rows);
  const groups = new Map(
    [...new Set(rows.map(options.groupOf))].map((group) => [
      group,
      law.fit(rows.filter((row) => options.groupOf(row) !== group)),
    ]),
  );
  return {
    inSample: goodnessOf(rows.map((row) => pair(row, all))),
    leftOut: goodnessOf(
      rows.flatMap((row) => {
        const parameters = groups.get(options.groupOf(row));
        return parameters === undefined ? [] : [pair(row, parameters)];
      }),
    ),
  };
}

/**
 * Least squares of y on two columns without an intercept, by the normal equations. Throws RangeError where the columns don't determine it.
 */
export function leastSquares2(
  rows: readonly { readonly y: number; readonly x: readonly [number, number] }[],
): readonly [number, number] {
  let [aa, ab, bb, ay, by] = [0, 0, 0, 0, 0];
  for (const { y, x } of rows) {
    aa += x[0] * x[0];
    ab += x[0] * x[1];
    bb += x[1] * x[1];
    ay += x[0] * y;
    by += x[1] * y;
  }
  const determinant = aa * bb - ab * ab;
  if (!(Math.abs(determinant) > 1e-12 * aa * bb))
    throw new RangeError("two columns that say the same determine no fit");
  return [(ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant];
}
