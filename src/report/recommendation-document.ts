import type { Candidate } from "../recommend/candidate.ts";
import type { Recommendation } from "../recommend/recommend.ts";
import type { Block, Cell, IntervalPlot, PlotMark, ReportDocument, Section, Table } from "./document.ts";

/** A recommendation as a document, for Markdown and HTML. */
export function recommendationDocument(found: Recommendation): ReportDocument {
  const title = `What to deploy: ${found.question.model}`;
  if (found.kind === "no-basis") {
    const blocks: Block[] = [
      { kind: "callout", tone: "inconclusive", title: "No basis", text: `${found.reason}. Next: ${found.next}.` },
    ];
    return { title, subtitle: asked(found), warnings: [], sections: [{ id: "answer", title: "Answer", blocks }] };
  }
  const candidates = found.kind === "recommended" ? [found.choice, ...found.alternatives] : found.alternatives;
  const sections: Section[] = [
    { id: "answer", title: "Answer", blocks: [answer(found)] },
    {
      id: "path",
      title: "Path through the tree",
      blocks: [
        {
          kind: "facts",
          entries: found.path.map(({ section, question, answer }) => [`${section}: ${question}`, answer]),
        },
        ...notes(found.overruled),
      ],
    },
    {
      id: "candidates",
      title: "Alternatives, and why not",
      blocks: [candidateTable(candidates), ...frontBlocks(found)],
    },
    { id: "worth", title: "Quality against cost, of what is proven", blocks: notes(worthLines(found)) },
    { id: "change", title: "What would change the answer", blocks: notes(found.wouldChange) },
    { id: "advice", title: "What else to know", blocks: notes(found.advice) },
  ];
  return { title, subtitle: asked(found), warnings: [], sections: sections.filter(({ blocks }) => blocks.length > 0) };
}

function notes(items: readonly string[]): readonly Block[] {
  return items.length === 0 ? [] : [{ kind: "notes", items }];
}

function asked({ question }: Recommendation): string {
  const parts = [
    `risk ${question.risk}`,
    `${question.users} user${question.users === 1 ? "" : "s"} at once`,
    `${question.contextTokens} tokens of context`,
    ...(question.gpu === undefined ? [] : [question.gpu]),
    ...(question.vramGb === undefined ? [] : [`${question.vramGb} GB`]),
    ...(question.workload === undefined ? [] : [question.workload]),
    ...(question.application === undefined ? [] : [question.application]),
    ...(question.sloMs === undefined ? [] : [`at most ${question.sloMs} ms`]),
  ];
  return parts.join(" · ");
}

function answer(found: Exclude<Recommendation, { kind: "no-basis" }>): Block {
  if (found.kind === "none-fits") {
    return {
      kind: "callout",
      tone: "fail",
      title: "Nothing fits",
      text: "Every quantization that is known misses a gate; the table says which.",
    };
  }
  const { choice, basis, basisText } = found;
  return {
    kind: "callout",
    tone: basis === "proven" ? "pass" : "reference",
    title: `${choice.quantization} on ${choice.backend}`,
    text: [`${basis === "proven" ? "" : "published: "}${basisText}`, ...figures(choice)].join("; "),
  };
}

/** The smallest, cheapest and fastest of what is proven, what each step up buys, and what a right answer costs. */
export function worthLines(found: Recommendation): readonly string[] {
  if (found.kind !== "recommended") return [];
  const { smallest, cheapest, fastest, steps, perSuccess } = found.worth;
  const best = Object.entries({ smallest, cheapest, fastest }).flatMap(([name, label]) =>
    label === undefined ? [] : [`${name}: ${label}`],
  );
  return [
    ...(best.length === 0 ? [] : [best.join("; ")]),
    ...steps.map(({ from, to, gainedPp, moreGb, moreUsdPer1M, ppPerGb }) =>
      [
        `${from} to ${to}: ${gainedPp < 0 ? "−" : "+"}${Math.abs(gainedPp).toFixed(1)} pp (point estimates) for ${moreGb.toPrecision(2)} GB`,
        ...(moreUsdPer1M === undefined ? [] : [`$${moreUsdPer1M.toPrecision(2)} per million tokens`]),
        ...(ppPerGb === undefined ? [] : [`${ppPerGb.toPrecision(2)} pp a GB`]),
      ].join(", "),
    ),
    ...perSuccess.map(
      ({ candidate, usd, lower, upper }) =>
        `a right answer of ${candidate} costs $${usd.toPrecision(3)} [${lower.toPrecision(3)}, ${upper.toPrecision(3)}] (Wilson 95 %)`,
    ),
  ];
}

/** What is known of a candidate's cost, each with its kind. */
export function figures(candidate: Candidate): readonly string[] {
  const { memory, headroom, latencyMs, usdPer1M, fleet, speed } = candidate;
  return [
    ...(memory === undefined
      ? []
      : [
          `${(memory.totalBytes / 1e9).toFixed(2)} GB (derived${headroom === undefined ? "" : `, ${(100 * headroom.used).toFixed(0)} % of the memory`})`,
        ]),
    ...(speed === undefined
      ? []
      : [
          `${speed.tokensPerSecond.toFixed(1)} tokens/s a user (${speed.kind}, ${speed.boundary}, ±${speed.errorPercent} %)`,
        ]),
    ...(latencyMs === undefined ? [] : [`a request ${(latencyMs / 1000).toFixed(2)} s (derived)`]),
    ...(usdPer1M === undefined ? [] : [`$${usdPer1M.toPrecision(4)} per million tokens (derived)`]),
    ...(fleet === undefined
      ? []
      : [`${fleet.workers} worker${fleet.workers === 1 ? "" : "s"}, $${fleet.usdPerMonth.toFixed(2)} a month`]),
  ];
}

function candidateTable(candidates: readonly Candidate[]): Table {
  return {
    kind: "table",
    caption: "Every candidate; memory, times and prices are derived, rates published on another machine",
    narrow: "scroll",
    columns: [
      { title: "candidate", align: "left" },
      { title: "quality", align: "left" },
      { title: "GB", align: "right" },
      { title: "request s", align: "right" },
      { title: "boundary", align: "left" },
      { title: "$ per 1M", align: "right" },
      { title: "why not", align: "left" },
    ],
    rows: candidates.map((candidate): readonly Cell[] => [
      `${candidate.quantization} on ${candidate.backend}`,
      qualityText(candidate),
      candidate.memory === undefined ? "" : (candidate.memory.totalBytes / 1e9).toFixed(2),
      candidate.latencyMs === undefined ? "" : (candidate.latencyMs / 1000).toFixed(2),
      candidate.speed?.boundary ?? "",
      candidate.usdPer1M === undefined ? "" : candidate.usdPer1M.toPrecision(4),
      candidate.rejections.map(({ gate, reason }) => `${gate}: ${reason}`).join("; "),
    ]),
  };
}

function qualityText({ proven, published }: Candidate): string {
  if (proven !== undefined) {
    const accuracy =
      proven.accuracy === undefined
        ? ""
        : `, ${(100 * proven.accuracy.value).toFixed(1)} % of ${proven.accuracy.trials}`;
    return `own run: ${proven.verdict}${accuracy}`;
  }
  if (published === undefined) return "not known";
  return `published: ${published.cell}${published.mmlu === undefined ? "" : `, MMLU ${(100 * published.mmlu).toFixed(1)} %`}`;
}

/** The front, and quality against cost with its interval where an own run has one, so that ties look like ties. */
function frontBlocks(found: Exclude<Recommendation, { kind: "no-basis" }>): readonly Block[] {
  if (found.kind !== "recommended") return [];
  const candidates = [found.choice, ...found.alternatives];
  const marks = candidates
    .filter(({ quality }) => quality?.kind === "accuracy")
    .sort((a, b) => (a.usdPer1M ?? Number.POSITIVE_INFINITY) - (b.usdPer1M ?? Number.POSITIVE_INFINITY))
    .map((candidate): PlotMark => {
      const { quality } = candidate;
      const onFront = found.paretoFront.includes(`${candidate.quantization} on ${candidate.backend}`);
      return {
        label: `${candidate.quantization} on ${candidate.backend}`,
        note: `${candidate.usdPer1M === undefined ? "no price" : `$${candidate.usdPer1M.toPrecision(3)} per 1M`}${onFront ? ", on the front" : ""}`,
        value:
          quality?.kind === "accuracy"
            ? { point: 100 * quality.value, lower: 100 * quality.lower, upper: 100 * quality.upper }
            : { unavailable: "no accuracy" },
      };
    });
  const plot: IntervalPlot = {
    layout: "rows",
    title: "Quality, cheapest first",
    caption:
      "Accuracy with Wilson's 95 % interval, own runs or the published table; price per million tokens beside it",
    marks,
    lines: [],
    unit: "%",
    domain: { lower: 0, upper: 100 },
  };
  const front = found.paretoFront.join(", ");
  return [
    ...(front === ""
      ? []
      : [{ kind: "paragraph" as const, text: `Pareto front (quality, cost, memory; point estimates): ${front}.` }]),
    ...(marks.length === 0 ? [] : [{ kind: "plots" as const, plots: [plot] }]),
  ];
}
