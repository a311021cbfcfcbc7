/** How rules and explanations write numbers. Formatters are kept, because making one takes longer than a thousand uses. */
const FORMATS = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat("en-US", { maximumFractionDigits: digits }));

/** Up to `digits` decimals (at most 3), with thousands separators and a real minus sign: "3", "0.45", "−1.25". */
export function plain(value: number, digits: 0 | 1 | 2 | 3 = 3): string {
  const text = FORMATS[digits]?.format(Math.abs(value)) ?? "";
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
