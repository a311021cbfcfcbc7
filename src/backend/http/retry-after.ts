/** A server may ask for patience, not for a standstill. */
const LONGEST_MS = 120_000;

/**
 * `Retry-After` in milliseconds from now, clamped to [0, 120 s]: a number of seconds or an HTTP date (RFC 9110, 10.2.3).
 * `undefined` when the header is absent or says neither.
 */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(LONGEST_MS, Number(text) * 1000);
  // Date.parse takes much that is no HTTP date; those start with a weekday.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.min(LONGEST_MS, Math.max(0, at - now.getTime()));
}
