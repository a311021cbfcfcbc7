/**
 * Text of unknown origin (answers, names, paths, error messages) made harmless for the place where it is shown. Nothing is dropped:
 * what would act instead of being seen is shown as a visible stand-in.
 */

/** Controls but tab and newline, bidi controls, invisible format characters, non-characters and lone surrogates. */
const UNSEEN =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Control pictures for ASCII controls (`␛`), code points for the others (`⟨U+202E⟩`). Tabs and newlines stay. */
export function revealControls(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "␡";
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** For one line of a terminal: like `revealControls`, and tabs and newlines are shown too, so that no text can forge a line. */
export function escapeTerminal(text: string): string {
  return revealControls(text).replaceAll("\n", "␊").replaceAll("\t", "␉");
}

const MARKUP_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and quoted attributes of HTML, SVG and XML 1.0. */
export function escapeMarkup(text: string): string {
  return revealControls(text).replace(/[&<>"']/g, (character) => MARKUP_ENTITIES[character] ?? character);
}

/** Beginnings of what GitHub turns into links in plain text: addresses, mentions, e-mail addresses, issues. */
const LINKED = /:(?=\/\/)|\bwww(?=\.)|(?<!\w)@(?=\w)|@(?=[\w-]+\.)|(?<!&)#(?=\d)/gi;
/** Shows as nothing and keeps the parts of a link apart. */
const BREAK = "<!-- -->";

/**
 * For running text and table cells of GitHub-flavoured Markdown: no emphasis, code, link, image, autolink, mention, issue reference, HTML,
 * entity, mathematics, heading, list, quote or table border comes out of it. Newlines become `<br>`. Escapes only what would act, so that
 * the source stays readable.
 */
export function escapeMarkdown(text: string): string {
  return revealControls(text).split("\n").map(escapeMarkdownLine).join("<br>");
}

function escapeMarkdownLine(line: string): string {
  return line
    .replaceAll("\t", "    ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*|~$]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/\](?=[([:])|\[(?=\^)|(?<=^ *)\[(?=[ xX]\])/g, "\\$&")
    .replace(/^( *)(>|[-+](?=\s|$|-)|#(?=[#\s]|$))/, "$1\\$2")
    .replace(/^( *\d{1,9})([.)])(?=\s|$)/, "$1\\$2")
    .replace(/^ +/, (spaces) => "&nbsp;".repeat(spaces.length))
    .replace(LINKED, `$&${BREAK}`);
}

/** For text inside an HTML block of Markdown, on one line: a blank line would end the block. */
export function escapeMarkdownHtml(text: string): string {
  return escapeTerminal(text)
    .replace(/[&<>`\]$]/g, (character) => MARKUP_ENTITIES[character] ?? `&#${character.charCodeAt(0)};`)
    .replace(LINKED, `$&${BREAK}`);
}

/** A fenced code block of Markdown that its content can't close. */
export function fenceMarkdown(text: string, language: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${revealControls(text).replace(/\n$/, "")}\n${fence}`;
}

/** The message of a GitHub workflow command. */
export function escapeWorkflowMessage(text: string): string {
  return revealControls(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** A property's value in a GitHub workflow command. */
export function escapeWorkflowProperty(text: string): string {
  return escapeWorkflowMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** The first `limit` code points of a text, with a note of how many were left out. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const points = [...text];
  if (points.length <= limit) return text;
  return `${points.slice(0, limit).join("")} … (${(points.length - limit).toLocaleString("en-US")} more characters)`;
}
