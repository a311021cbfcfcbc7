import { comparisonDocument } from "./comparison-document.ts";
import { renderHtmlDocument } from "./html.ts";
import type { Investigation } from "./investigation.ts";
import { renderMarkdownDocument } from "./markdown.ts";

/** The comparison as one self-contained HTML file, safe as a run's report is. */
export function renderComparisonHtml(found: Investigation): string {
  return renderHtmlDocument(comparisonDocument(found));
}

/** The same content as GitHub-flavoured Markdown. */
export function renderComparisonMarkdown(found: Investigation): string {
  return renderMarkdownDocument(comparisonDocument(found));
}
