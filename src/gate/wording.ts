import { plain } from "../domain/write-number.ts";

/** "1 item", "1,200 items". */
export function items(count: number): string {
  return `${plain(count, 0)} item${count === 1 ? "" : "s"}`;
}
