/** What every estimator asks of its input. Each check throws RangeError with the name and the value it got. */

export function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} must be a whole number of at least 0; got ${value}`);
  }
}

export function requirePositiveCount(name: string, value: number): void {
  requireCount(name, value);
  if (value === 0) throw new RangeError(`${name} must be at least 1; got 0`);
}

export function requireFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${name} must be a finite number; got ${value}`);
}

/** A probability strictly between 0 and 1, such as a confidence level, α or power. */
export function requireOpenProbability(name: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} must lie strictly between 0 and 1; got ${value}`);
}

/** A margin on the scale of proportions: 3 percentage points are 0.03. */
export function requireProportionMargin(value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`margin must be a proportion in [0, 1), such as 0.03 for 3 percentage points; got ${value}`);
  }
}

/** A margin on the scale of the values themselves. */
export function requireMargin(value: number): void {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`margin must be a finite number of at least 0; got ${value}`);
  }
}

export function requireValues(name: string, values: readonly number[], atLeast: number): void {
  if (values.length < atLeast) {
    throw new RangeError(
      `${name} must hold at least ${atLeast} value${atLeast === 1 ? "" : "s"}; got ${values.length}`,
    );
  }
  for (const [index, value] of values.entries()) {
    if (!Number.isFinite(value)) throw new RangeError(`${name}[${index}] must be a finite number; got ${value}`);
  }
}

export function requirePairs(baseline: readonly number[], candidate: readonly number[], atLeast: number): void {
  if (baseline.length !== candidate.length) {
    throw new RangeError(
      `baseline and candidate must hold the same items in the same order; got ${baseline.length} and ${candidate.length} values`,
    );
  }
  requireValues("baseline", baseline, atLeast);
  requireValues("candidate", candidate, atLeast);
}

export function requireProbabilities(name: string, values: readonly number[]): void {
  for (const [index, value] of values.entries()) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${name}[${index}] must lie in [0, 1]; got ${value}`);
  }
}
