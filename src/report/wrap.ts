/** Where lines begin. */
export interface Indentation {
  /** Blanks before the first line. */
  readonly indent?: number;
  /** Blanks before every further line, beyond those of the first. */
  readonly hanging?: number;
}

/** A line is never narrower than this, whatever the terminal says. */
const LEAST_ROOM = 4;

/** Breaks a line between words so that nothing is wider than the terminal; words that are wider themselves are broken too. */
export function wrap(text: string, columns: number, { indent = 0, hanging = 0 }: Indentation = {}): string {
  const room = Math.max(LEAST_ROOM, columns - indent - hanging);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => each.match(new RegExp(`.{1,${room}}`, "gu")) ?? [""])) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= room) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line]
    .map((each, index) => " ".repeat(index === 0 ? indent : indent + hanging) + each.trimEnd())
    .join("\n");
}
