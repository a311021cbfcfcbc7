/** A confidence interval: both ends belong to it. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** An interval for a difference, with the difference itself. */
export interface DifferenceInterval extends Interval {
  readonly difference: number;
}
