import { type Markup, markup, NOTHING } from "../../../report/markup.ts";

export interface Page {
  readonly title: string;
  readonly main: Markup;
  /** Whether it shows runs that go on. */
  readonly live?: boolean;
  /** Without it there is nothing to navigate to yet. */
  readonly signedIn?: boolean;
}

/** A whole page around its main part. Style and script come from this server; nothing else is loaded. */
export function renderPage({ title, main, live = false, signedIn = true }: Page): string {
  const page = markup`<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${title} · QuantGate</title>
<link rel="stylesheet" href="/assets/style.css"/>
${live ? markup`<script src="/assets/live.js" defer=""></script>` : NOTHING}
</head>
<body>
<header class="bar"><a class="brand" href="/runs">QuantGate</a>
${signedIn ? markup`<nav aria-label="Main"><ul><li><a href="/runs">Runs</a></li><li><a href="/submit">Submit</a></li><li><a href="/compare">Compare</a></li><li><a href="/recommend">Deploy</a></li></ul></nav>` : NOTHING}
</header>
<main>
<h1>${title}</h1>
${main}
</main>
</body>
</html>`;
  return `<!doctype html>\n${page.source}\n`;
}

/** A verdict or status as a coloured word. */
export function badge(word: string): Markup {
  const tone =
    word === "pass" || word === "fail" || word === "inconclusive" || word === "reference"
      ? word
      : word === "failed" || word === "cancelled"
        ? "fail"
        : "reference";
  return markup`<span class="badge ${tone}">${word}</span>`;
}

/** A link to a page of a run; ids are made of characters that need no encoding. */
export function runLink(id: string): Markup {
  return markup`<a href="/runs/${encodeURIComponent(id)}">${id}</a>`;
}

/** Links to each model's history. */
export function modelLinks(models: readonly string[]): Markup {
  return markup`${models.map(
    (model, index) =>
      markup`${index === 0 ? NOTHING : markup`, `}<a href="/models/${encodeURIComponent(model)}">${model}</a>`,
  )}`;
}

/** A time as people read it, in UTC. */
export function timeOf(iso: string | undefined): string {
  return iso === undefined ? "" : iso.replace("T", " ").slice(0, 16);
}
