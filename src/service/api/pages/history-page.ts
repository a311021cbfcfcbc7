import { markup, NOTHING } from "../../../report/markup.ts";
import type { ListedRun } from "../../../store/listed-run.ts";
import { badge, renderPage, runLink, timeOf } from "./layout.ts";

/** What each quantization of a model came to, run by run, newest first. */
export function renderHistoryPage(model: string, runs: readonly ListedRun[], more: boolean): string {
  const verdicts = runs.map(
    (run) =>
      new Map(
        (run.verdicts ?? [])
          .filter(({ variant }) => variant.startsWith(`${model}/`))
          .map((each) => [each.quantization, each.verdict]),
      ),
  );
  const quantizations = [...new Set(verdicts.flatMap((each) => [...each.keys()]))];
  return renderPage({
    title: `History of ${model}`,
    main:
      quantizations.length === 0
        ? markup`<p>No run of ${model} has been decided yet.</p>`
        : markup`<div class="table scroll"><table>
<caption>Verdicts by run, newest first${more ? "; older runs are left out" : ""}.</caption>
<thead><tr><th scope="col">Run</th><th scope="col">Started (UTC)</th>${quantizations.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${runs.map(
            (run, index) =>
              markup`<tr><th scope="row">${runLink(run.id)}</th><td>${timeOf(run.startedAt)}</td>${quantizations.map(
                (name) => {
                  const verdict = verdicts[index]?.get(name);
                  return markup`<td>${verdict === undefined ? NOTHING : badge(verdict)}</td>`;
                },
              )}</tr>`,
          )}</tbody></table></div>`,
  });
}
