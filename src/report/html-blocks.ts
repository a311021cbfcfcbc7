import type { Block, Cell, Column, ExampleBlock, IntervalPlot, RichCell, Table } from "./document.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { columnsSvg } from "./plot/columns-svg.ts";
import { rowsSvg } from "./plot/rows-svg.ts";
import { MARK_SIGNS, TONE_SIGNS } from "./signs.ts";

/** Writes blocks as HTML; counts plots, whose parts need ids that are unique in the page. */
export class BlockRenderer {
  #plots = 0;

  render(block: Block): Markup {
    switch (block.kind) {
      case "paragraph":
        return markup`<p>${block.text}</p>`;
      case "heading":
        return markup`<h4>${block.text}</h4>`;
      case "notes":
        return markup`<ul class="notes">${block.items.map((item) => markup`<li>${item}</li>`)}</ul>`;
      case "callout":
        return markup`<div class="callout ${block.tone}"><p class="callout-title">${TONE_SIGNS[block.tone]} ${block.title}</p><p>${block.text}</p></div>`;
      case "facts":
        return markup`<dl>${block.entries.map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;
      case "code":
        return markup`<pre class="code"><code>${block.text}</code></pre>`;
      case "folded":
        return markup`<details><summary>${block.summary}</summary>${block.blocks.map((inner) => this.render(inner))}</details>`;
      case "plots":
        return markup`<div class="plots">${block.plots.map((plot) => this.#plot(plot))}</div>`;
      case "table":
        return renderTable(block);
      case "example":
        return renderExample(block);
    }
  }

  #plot(plot: IntervalPlot): Markup {
    this.#plots += 1;
    const id = `plot-${this.#plots}`;
    return markup`<figure class="${plot.layout}"><figcaption><strong>${plot.title}</strong> ${plot.caption}</figcaption><div class="canvas">${plot.layout === "rows" ? rowsSvg(plot, id) : columnsSvg(plot, id)}</div></figure>`;
  }
}

/** Roles are written out because a stacked table's cells are no longer table cells to the browser. */
function renderTable({ caption, columns, rows, narrow }: Table): Markup {
  return markup`<div class="table ${narrow}"${narrow === "scroll" ? markup` tabindex="0" role="region" aria-label="${caption}"` : NOTHING}><table role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(({ title, align }) => markup`<th role="columnheader" scope="col" class="${align}">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    (
      cells,
    ) => markup`<tr role="row">${columns.map((column, index) => renderCell(cells[index] ?? "", column, index === 0))}</tr>
`,
  )}</tbody>
</table></div>`;
}

function renderCell(cell: Cell, { title, align }: Column, isHead: boolean): Markup {
  const content = typeof cell === "string" ? markup`${cell}` : renderRichCell(cell);
  if (isHead) return markup`<th role="rowheader" scope="row" class="${align}">${content}</th>`;
  const empty = typeof cell === "string" ? cell === "" : cell.text === "";
  return markup`<td role="cell" class="${align}${empty ? " empty" : ""}" data-label="${title}">${content}</td>`;
}

function renderRichCell({ text, note, tone, verbatim }: RichCell): Markup {
  const shown =
    tone !== undefined
      ? markup`<span class="badge ${tone}">${TONE_SIGNS[tone]} ${text}</span>`
      : verbatim
        ? markup`<code>${text}</code>`
        : markup`<span>${text}</span>`;
  return note === undefined ? shown : markup`${shown} <small>${note}</small>`;
}

function renderExample({ title, question, choices, expected, answers, detail }: ExampleBlock): Markup {
  return markup`<article class="example">
<h5>${title}</h5>
<pre>${question}</pre>
${choices.length === 0 ? NOTHING : markup`<ol class="choices">${choices.map(({ label, text }) => markup`<li><b>${label}</b> <span>${text}</span></li>`)}</ol>`}
<p class="expected"><b>Expected</b> <span>${expected}</span></p>
<div class="answers">${answers.map(({ who, text, mark }) => markup`<div class="${mark}"><h6>${MARK_SIGNS[mark]}${who}</h6><pre>${text === "" ? "(empty answer)" : text}</pre></div>`)}</div>
${detail === undefined ? NOTHING : markup`<pre class="detail">${detail}</pre>`}
</article>`;
}
