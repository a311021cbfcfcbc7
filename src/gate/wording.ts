/** How rules and explanations write numbers. */

/** Up to `digits` decimals, with thousands separators and a real minus sign: "3", "0.45", "−1.25". */
export function plain(value: number, digits = 3): string {
  const text = Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: digits });
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** One decimal and a sign: "+0.7", "−2.1", "0.0". */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  if (!/[1-9]/.test(text)) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

export function items(count: number): string {
  return `${plain(count, 0)} item${count === 1 ? "" : "s"}`;
}
