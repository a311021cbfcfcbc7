/** One measured ratio and what it should be. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Prints a ratio with its target, and whether it was met. */
export function reportRatio({ name, value, atLeast, atMost }: Ratio): void {
  const targets = [
    ...(atLeast === undefined ? [] : [{ text: `at least ${atLeast}`, met: value >= atLeast }]),
    ...(atMost === undefined ? [] : [{ text: `at most ${atMost}`, met: value <= atMost }]),
  ];
  const verdict = targets.map(({ text, met }) => `  (target ${text}: ${met ? "met" : "MISSED"})`).join("");
  console.log(`  ${name.padEnd(66)} ${value.toFixed(2).padStart(6)}${verdict}`);
}

export function reportNumber(name: string, value: number, unit: string): void {
  console.log(`  ${name.padEnd(66)} ${value.toFixed(1).padStart(8)} ${unit}`);
}

export function reportHeading(text: string): void {
  console.log(`\n${text}`);
}
