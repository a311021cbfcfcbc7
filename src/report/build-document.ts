import type { RunManifest } from "../store/manifest.ts";
import type { ReportDocument, Section } from "./document.ts";
import { plural } from "./format.ts";
import { type ModelView, viewModels } from "./model-view.ts";
import type { ReportData } from "./report-data.ts";
import { backendsSection } from "./sections/backends.ts";
import { decisionSection } from "./sections/decision.ts";
import { differencesSection } from "./sections/differences.ts";
import { examplesSection } from "./sections/examples.ts";
import { ladderSection } from "./sections/ladder.ts";
import { noiseSection } from "./sections/noise.ts";
import { provenanceSection } from "./sections/provenance.ts";
import { publishedSection } from "./sections/published.ts";
import { resultsSection } from "./sections/results.ts";
import { rulesSection } from "./sections/rules.ts";
import { tasksSection } from "./sections/tasks.ts";

/** The report's content: the decision, then each model's evidence, then how the run was made. */
export function buildDocument(data: ReportData): ReportDocument {
  const { summary, manifest, verdicts, speeds } = data;
  const models = viewModels(summary, verdicts, speeds);
  const variants = models.reduce((sum, model) => sum + model.variants.length, 0);
  return {
    title: `QuantGate report: ${summary.name}`,
    subtitle: `${plural(models.length, "model")}, ${plural(variants, "variant")}, ${plural(manifest.tasks.length, "task")}; run ${manifest.id}, ${manifest.startedAt}`,
    warnings: warningsOf(manifest),
    sections: [
      decisionSection(models, verdicts),
      ...models.map((model, index) => modelSection(model, data, `model-${index + 1}`)),
      provenanceSection(manifest, verdicts),
    ].filter((section) => section !== undefined),
  };
}

function modelSection(model: ModelView, { examples, published, unread = [] }: ReportData, id: string): Section {
  const own = examples.filter((example) => example.model === model.name);
  return {
    id,
    title: model.name,
    blocks: [
      {
        kind: "paragraph",
        text: `Baseline: ${model.baseline.label} (${model.baseline.variant}): ${model.baseline.reason}.`,
      },
    ],
    sections: [
      differencesSection(model, `${id}-differences`),
      ladderSection(model, `${id}-ladder`),
      resultsSection(model, `${id}-results`),
      rulesSection(model, `${id}-rules`),
      examplesSection(model, own, `${id}-flips`),
      backendsSection(model.backends ?? [], `${id}-backends`),
      noiseSection(model, `${id}-noise`),
      tasksSection(
        model,
        unread.filter((each) => each.model === model.name),
        `${id}-tasks`,
      ),
      publishedSection(model, published, `${id}-published`),
    ].filter((section) => section !== undefined),
  };
}

function warningsOf({ status, id }: RunManifest): readonly string[] {
  if (status === "completed") return [];
  return [
    `Run ${id} is not complete (${status}): every number below is about what was answered so far. Finish it with quantgate run --resume ${id}.`,
  ];
}
