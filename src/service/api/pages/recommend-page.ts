import { RISKS } from "../../../recommend/question.ts";
import type { Recommendation } from "../../../recommend/recommend.ts";
import { WORKLOAD_NAMES } from "../../../recommend/workload.ts";
import { BlockRenderer } from "../../../report/html-blocks.ts";
import { type Markup, markup, NOTHING } from "../../../report/markup.ts";
import { recommendationDocument } from "../../../report/recommendation-document.ts";
import { renderPage } from "./layout.ts";

export interface RecommendPage {
  /** Models of stored runs, to choose from; others may be typed. */
  readonly models: readonly string[];
  /** What was asked, by field of the form. */
  readonly asked: Readonly<Record<string, string>>;
  readonly found?: Recommendation | undefined;
  readonly problem?: string | undefined;
}

/** Fields of the form: name, label, and what may be chosen where it is a choice. */
const FIELDS: readonly (readonly [name: string, label: string, hint: string, choices?: readonly string[]])[] = [
  ["gpu", "GPU", "rtx-4080-laptop"],
  ["vram", "or memory", "12GB"],
  ["context", "Context, tokens", "2048"],
  ["users", "Users at once", "1"],
  ["risk", "Risk", "", RISKS],
  ["workload", "Workload", "", WORKLOAD_NAMES],
  ["application", "Application", "general-chatbot"],
  ["sloMs", "At most, ms", "5000"],
  ["tokensPerMonth", "Tokens a month", "100M"],
  ["dollarsPerHour", "$ per hour", "0.046"],
  ["budget", "Budget, $ a month", "50"],
];

/** A form for what to deploy, and the answer with its plot. */
export function renderRecommendPage({ models, asked, found, problem }: RecommendPage): string {
  return renderPage({
    title: "What to deploy",
    main: markup`<form class="filters" method="get" action="/recommend">
<div><label for="model">Model</label><input id="model" name="model" list="models" required="" value="${asked.model ?? ""}"/>
<datalist id="models">${models.map((model) => markup`<option value="${model}"></option>`)}</datalist></div>
${FIELDS.map(([name, label, hint, choices]) => field(name, label, hint, choices, asked[name] ?? ""))}
<button type="submit">Ask</button>
</form>
${problem === undefined ? NOTHING : markup`<p class="warning">${problem}</p>`}
${found === undefined ? NOTHING : answer(found)}`,
  });
}

function field(
  name: string,
  label: string,
  hint: string,
  choices: readonly string[] | undefined,
  value: string,
): Markup {
  const input =
    choices === undefined
      ? markup`<input id="${name}" name="${name}" placeholder="${hint}" size="12" value="${value}"/>`
      : markup`<select id="${name}" name="${name}"><option value=""></option>${choices.map(
          (choice) =>
            markup`<option value="${choice}"${choice === value ? markup` selected=""` : NOTHING}>${choice}</option>`,
        )}</select>`;
  return markup`<div><label for="${name}">${label}</label>${input}</div>`;
}

function answer(found: Recommendation): Markup {
  const blocks = new BlockRenderer();
  const { title, subtitle, sections } = recommendationDocument(found);
  return markup`<section id="answer"><h2>${title}</h2><p class="subtitle">${subtitle}</p>
${sections.map((section) => markup`<h3>${section.title}</h3>${section.blocks.map((block) => blocks.render(block))}`)}
</section>`;
}
