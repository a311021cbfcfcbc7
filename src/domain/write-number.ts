/** How numbers are written everywhere: rules, reports, terminal, annotations. A number that isn't finite is "not available", never "NaN". */

const MINUS = "−";

/** By least and most number of digits; making one takes longer than using it a hundred times. */
const FORMATS = new Map<string, Intl.NumberFormat>();

/** A decimal number with thousands separators and a real minus sign; what rounds to zero has no sign. */
export function decimal(value: number, digits: number): string {
  return written(value, digits, digits);
}

/** As `decimal`, without the zeros at its end, of at most so many digits: "3", "0.45", "−1.25". */
export function plain(value: number, digits = 3): string {
  return written(value, 0, digits);
}

/** As `decimal`, with a plus sign before what is above zero: "+0.7", "−2.1", "0.0". */
export function signed(value: number, digits: number): string {
  const text = decimal(value, digits);
  return value > 0 && Number.isFinite(value) && /[1-9]/.test(text) ? `+${text}` : text;
}

function written(value: number, minimumFractionDigits: number, maximumFractionDigits: number): string {
  if (!Number.isFinite(value)) return "not available";
  const key = `${minimumFractionDigits}-${maximumFractionDigits}`;
  const format = FORMATS.get(key) ?? new Intl.NumberFormat("en-US", { minimumFractionDigits, maximumFractionDigits });
  FORMATS.set(key, format);
  const text = format.format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}
