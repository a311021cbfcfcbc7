import { relativeChange } from "../../../report/format.ts";
import type { Investigation } from "../../../report/investigation.ts";
import { type Markup, markup, NOTHING } from "../../../report/markup.ts";
import type { ListedRun } from "../../../store/listed-run.ts";
import { badge, renderPage, runLink, timeOf } from "./layout.ts";

export interface ComparePage {
  readonly runs: readonly ListedRun[];
  readonly reference?: string | undefined;
  readonly newer?: string | undefined;
  readonly found?: Investigation | undefined;
  readonly problem?: string | undefined;
}

/** Flipped items that are listed; the API gives all. */
const SHOWN = 50;

/** Two runs to choose, and what changed from one to the other. */
export function renderComparePage({ runs, reference, newer, found, problem }: ComparePage): string {
  return renderPage({
    title: "Compare two runs",
    main: markup`<form class="filters" method="get" action="/compare">
${select("reference", "From", runs, reference)}
${select("newer", "To", runs, newer)}
<button type="submit">Compare</button>
</form>
${problem === undefined ? NOTHING : markup`<p class="warning">${problem}</p>`}
${found === undefined ? NOTHING : result(found)}`,
  });
}

function select(name: string, label: string, runs: readonly ListedRun[], chosen: string | undefined): Markup {
  return markup`<div><label for="${name}">${label}</label><select id="${name}" name="${name}">${runs.map(
    (run) =>
      markup`<option value="${run.id}"${run.id === chosen ? markup` selected=""` : NOTHING}>${timeOf(run.startedAt)} ${run.id}</option>`,
  )}</select></div>`;
}

function result({ reference, newer, comparison, flips, examples }: Investigation): Markup {
  return markup`<section id="result"><h2>${words(comparison.conclusion)}</h2>
<p>From ${runLink(reference.id)} to ${runLink(newer.id)}.</p>
<div class="table stack"><table><thead><tr><th scope="col">Variant</th><th scope="col">Outcome</th><th scope="col">Tasks</th></tr></thead>
<tbody>${comparison.variants.map(
    (variant) =>
      markup`<tr><th scope="row">${variant.newer}</th><td data-label="Outcome">${badge(words(variant.conclusion))}</td><td data-label="Tasks">${variant.tasks.map(({ task }) => task).join(", ")}</td></tr>`,
  )}</tbody></table></div>
${flips.length === 0 ? markup`<p>No item flipped.</p>` : flipped(flips)}
${examples.map(
  (example) => markup`<details class="flip"><summary>${example.kind}: ${example.task} / ${example.item}</summary>
<p>${example.question}</p><p class="expected">Expected: ${example.expected}</p>
<div class="answers"><div><h5>Before</h5><pre>${example.baselineAnswer}</pre></div><div><h5>After</h5><pre>${example.candidateAnswer}</pre></div></div></details>`,
)}</section>`;
}

function flipped(flips: Investigation["flips"]): Markup {
  const left = flips.length - SHOWN;
  return markup`<h3>Items whose answer flipped or got worse</h3>
<ul class="notes">${flips
    .slice(0, SHOWN)
    .map(
      ({ variant, task, item, kind, loss }) =>
        markup`<li>${kind}: ${variant}, ${task} / ${item}${kind === "worse" ? ` (${relativeChange(-loss)})` : ""}</li>`,
    )}</ul>
${left > 0 ? markup`<p>… and ${String(left)} more.</p>` : NOTHING}`;
}

function words(name: string): string {
  return name.replaceAll("-", " ");
}
