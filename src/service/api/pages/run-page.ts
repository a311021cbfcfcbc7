import type { Verdicts } from "../../../gate/verdict.ts";
import { type Markup, markup, NOTHING } from "../../../report/markup.ts";
import type { RunState } from "../run-service.ts";
import { badge, renderPage } from "./layout.ts";

export interface RunPage {
  readonly state: RunState;
  readonly name: string;
  readonly models: readonly string[];
  /** Absent until it was decided. */
  readonly verdicts?: Verdicts | undefined;
  /** The newest older run of the same model, to compare with. */
  readonly earlier?: string | undefined;
  readonly hasReport: boolean;
}

/** One run: progress while it goes on, then its verdicts with the reason of each. */
export function renderRunPage({ state, name, models, verdicts, earlier, hasReport }: RunPage): string {
  const { id } = state;
  const ended = state.phase === "ended";
  const compare = `/compare?reference=${encodeURIComponent(earlier ?? "")}&newer=${encodeURIComponent(id)}`;
  return renderPage({
    title: `${name}: ${models.join(", ")}`,
    live: !ended,
    main: markup`<p class="subtitle">${id}</p>
${ended ? outcome(state, verdicts) : progress(state)}
<div class="actions">
${hasReport ? markup`<a href="/runs/${encodeURIComponent(id)}/report">Report with every number and flipped item</a>` : NOTHING}
${ended && earlier !== undefined ? markup`<a href="${compare}">Compare with the run before</a>` : NOTHING}
${models.map((model) => markup`<a href="/models/${encodeURIComponent(model)}">History of ${model}</a>`)}
${ended ? NOTHING : markup`<form method="post" action="/runs/${encodeURIComponent(id)}/cancel"><button type="submit">Cancel</button></form>`}
</div>`,
  });
}

function progress(state: RunState): Markup {
  const ahead = state.ahead === undefined || state.ahead === 0 ? "" : `${state.ahead} to be done before`;
  return markup`<section data-run="${state.id}" aria-live="polite">
<p><span class="badge reference" data-show="phase">${state.phase}</span> <span data-show="count">${String(state.done)} of ${String(state.answers)} answers</span> <small data-show="ahead">${ahead}</small></p>
<dl>${state.variants.map(
    ({ variant, answers, done }) =>
      markup`<div><dt>${variant}</dt><dd><progress data-variant="${variant}" max="${String(Math.max(1, answers))}" value="${String(done)}" aria-label="${variant}"></progress></dd></div>`,
  )}</dl>
</section>`;
}

function outcome(state: RunState, verdicts: Verdicts | undefined): Markup {
  const tone = state.status === "completed" ? (state.overall ?? "reference") : "fail";
  const word = state.status === "completed" ? (state.overall ?? "completed, not decided") : state.status;
  return markup`<div class="callout ${tone}"><p class="callout-title" id="verdict">${word}</p>
<p>${state.failure ?? (verdicts === undefined ? `${String(state.done)} of ${String(state.answers)} answers` : `Policy ${verdicts.policy.name}`)}</p></div>
${(verdicts?.models ?? []).map(
  (model) => markup`<section><h2>${model.model}</h2>
${model.smallestPassing === undefined ? NOTHING : markup`<p>Smallest that passes: <strong>${model.smallestPassing}</strong></p>`}
<div class="table stack"><table><thead><tr><th scope="col">Variant</th><th scope="col">Verdict</th><th scope="col">Why</th></tr></thead>
<tbody>${model.variants.map(
    (each) =>
      markup`<tr><th scope="row">${each.variant}</th><td data-label="Verdict">${badge(each.verdict)}</td><td data-label="Why">${reasons(each)}</td></tr>`,
  )}</tbody></table></div></section>`,
)}`;
}

function reasons({ verdict, rules }: Verdicts["models"][number]["variants"][number]): Markup {
  if (verdict === "reference") return markup`the others are compared with it`;
  const telling = rules.filter(({ outcome: found }) => found === verdict);
  if (verdict === "pass") return markup`${String(telling.length)} rules met`;
  return markup`<ul class="notes">${telling.map(({ explanation }) => markup`<li>${explanation}</li>`)}</ul>`;
}
