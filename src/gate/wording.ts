import { plain } from "../domain/write-number.ts";

/** "1 item", "1,200 items". */
export function items(count: number): string {
  return `${plain(count, 0)} item${count === 1 ? "" : "s"}`;
}

/** "a", "a or b", "a, b or c". */
export function listed(words: readonly string[], conjunction: "and" | "or"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}
