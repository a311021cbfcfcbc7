import type { ReportData } from "../../src/report/report-data.ts";

/** What an answer, a name or an error message could hold to act on its reader. */
export const HOSTILE = [
  "<script>globalThis.ran = true</script>",
  "</td></table></textarea><img src=x onerror=alert(1)>",
  "![x](http://tracker.example/p.png) [a](javascript:alert(1)) http://tracker.example/q",
  "\x1b[2J\x1b]0;title\x07",
  "a|b `c` ```d``` *e* ~~f~~",
  "\u202eabc\u202c",
  "nul\0",
  "\n::error::forged\r\n| x | y |\n# heading\n",
  "]]> &lt; \" ' --> @someone #1\n\n- item $x$ &#64;",
].join(" ");

/** Words of closed lists: no text of unknown origin gets there. */
const CLOSED = new Set(
  "kind type outcome unit basis verdict tier quantization baselineQuantization protocol primary role overall method status finish mark metric startedAt endedAt".split(
    " ",
  ),
);
/** Records whose keys are names, not properties. */
const KEYED_BY_NAME = new Set(["speeds", "identities", "signatures", "metrics", "settings", "unscored"]);

/** The same data with hostile text at the end of every name, answer, reason and message. */
export function poison<T extends ReportData>(data: T): T {
  return poisonValue(data, "") as T;
}

function poisonValue(value: unknown, key: string): unknown {
  if (typeof value === "string") return CLOSED.has(key) ? value : `${value}${HOSTILE}`;
  if (Array.isArray(value)) return value.map((each) => poisonValue(each, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const named = KEYED_BY_NAME.has(key);
      const nextKey = key === "signatures" ? "metrics" : named ? "" : name;
      return [named ? `${name}${HOSTILE}` : name, poisonValue(inner, nextKey)];
    }),
  );
}
