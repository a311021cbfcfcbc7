import { buildDocument } from "./build-document.ts";
import type { ReportDocument, Section } from "./document.ts";
import { BlockRenderer } from "./html-blocks.ts";
import { STYLE } from "./html-style.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import type { ReportData } from "./report-data.ts";

/**
 * One self-contained HTML file: no script, no network, nothing but inline style, and a content security policy that allows nothing
 * else. Every string of the run is shown as text.
 */
export function renderHtml(data: ReportData): string {
  return renderHtmlDocument(buildDocument(data));
}

/** Any document as such a file. */
export function renderHtmlDocument(document: ReportDocument): string {
  return `<!doctype html>\n${renderPage(document).source}\n`;
}

function renderPage(document: ReportDocument): Markup {
  const blocks = new BlockRenderer();
  return markup`<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${document.title}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${document.title}</h1>
<p class="subtitle">${document.subtitle}</p>
${document.warnings.map((warning) => markup`<p class="warning">${warning}</p>`)}
<nav aria-label="Contents"><ul>${document.sections.map(contents)}</ul></nav>
</header>
<main>
${document.sections.map((section) => renderSection(section, blocks))}
</main>
</body>
</html>`;
}

function contents(section: Section): Markup {
  const inner = section.sections ?? [];
  return markup`<li><a href="#${section.id}">${section.title}</a>${inner.length === 0 ? NOTHING : markup`<ul>${inner.map(contents)}</ul>`}</li>`;
}

function renderSection(section: Section, blocks: BlockRenderer): Markup {
  return markup`<section id="${section.id}">
<h2>${section.title}</h2>
${section.blocks.map((block) => blocks.render(block))}
${(section.sections ?? []).map(
  (inner) => markup`<section id="${inner.id}">
<h3>${inner.title}</h3>
${inner.blocks.map((block) => blocks.render(block))}
</section>`,
)}
</section>
`;
}
