import { type Markup, markup, NOTHING } from "../../../report/markup.ts";
import type { ListedRun } from "../../../store/listed-run.ts";
import { badge, modelLinks, renderPage, runLink, timeOf } from "./layout.ts";

export interface RunsPage {
  readonly runs: readonly ListedRun[];
  readonly next?: string | undefined;
  readonly filter: { readonly model?: string | undefined; readonly overall?: string | undefined };
}

/** Runs, newest first; those that go on move. */
export function renderRunsPage({ runs, next, filter }: RunsPage): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  if (next !== undefined) query.set("after", next);
  return renderPage({
    title: "Runs",
    live: true,
    main: markup`<form class="filters" method="get" action="/runs">
<div><label for="model">Model</label><input id="model" name="model" value="${filter.model ?? ""}"/></div>
<div><label for="overall">Verdict</label><select id="overall" name="overall">${["", "pass", "fail", "inconclusive"].map(
      (word) =>
        markup`<option value="${word}"${word === (filter.overall ?? "") ? markup` selected=""` : NOTHING}>${word === "" ? "any" : word}</option>`,
    )}</select></div>
<button type="submit">Show</button>
</form>
${runs.length === 0 ? markup`<p>No runs. <a href="/submit">Submit one.</a></p>` : table(runs)}
${next === undefined ? NOTHING : markup`<p><a href="/runs?${query.toString()}">Older runs</a></p>`}`,
  });
}

function table(runs: readonly ListedRun[]): Markup {
  return markup`<div class="table stack"><table>
<thead><tr><th scope="col">Run</th><th scope="col">Verdict</th><th scope="col">Models</th><th scope="col">Started (UTC)</th><th scope="col">By</th></tr></thead>
<tbody>${runs.map(
    (run) => markup`<tr><th scope="row">${runLink(run.id)}</th>
<td data-label="Verdict">${stateOf(run)}</td>
<td data-label="Models">${modelLinks(run.models)}</td>
<td data-label="Started">${timeOf(run.startedAt)}</td>
<td data-label="By">${run.submittedBy ?? "command line"}</td></tr>`,
  )}</tbody></table></div>`;
}

function stateOf(run: ListedRun): Markup {
  const goesOn = (run.status === "queued" || run.status === "running") && run.submittedBy !== undefined;
  if (goesOn)
    return markup`<span data-run="${run.id}"><span class="badge reference" data-show="phase">${run.status}</span> <progress max="1" value="0" aria-label="Progress of ${run.id}"></progress> <small data-show="count"></small></span>`;
  return run.status === "completed" ? badge(run.overall ?? "not decided") : badge(run.status);
}
