/** A share as a percentage, such as `4.97 %`. */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits).replace("-", "−")} %`;
}

export function bulletList(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---:")), ...rows.map(line)].join("\n");
}
