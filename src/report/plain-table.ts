import CliTable3 from "cli-table3";

const CHARS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  right: "",
  "right-mid": "",
  mid: "─",
  "mid-mid": "──",
  middle: "  ",
} as const;

/** A table for the terminal with a line below its head and no other borders. */
export function plainTable(
  options: Pick<CliTable3.TableConstructorOptions, "head" | "colAligns" | "colWidths">,
): CliTable3.Table {
  return new CliTable3({
    ...options,
    chars: CHARS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
}
