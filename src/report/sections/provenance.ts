import { stringify } from "yaml";
import type { VariantIdentity } from "../../domain/record.ts";
import type { InferenceSettings } from "../../domain/scoring.ts";
import { decimal } from "../../domain/write-number.ts";
import type { Verdicts } from "../../gate/verdict.ts";
import type { ResolvedTask } from "../../spec/resolved.ts";
import type { RunManifest } from "../../store/manifest.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import { bytes, count, duration, percent, plural } from "../format.ts";
import { align } from "./columns.ts";

/** How the run was made: everything that is needed to make it again and to trust it. */
export function provenanceSection(manifest: RunManifest, verdicts: Verdicts | undefined): Section {
  return {
    id: "provenance",
    title: "How this run was made",
    blocks: [
      { kind: "facts", entries: facts(manifest, verdicts?.policy) },
      taskTable(manifest),
      ...variantTable(manifest),
      ...settingsTable(manifest),
      ...signatureTable(manifest),
      {
        kind: "folded",
        summary: "The whole spec, every default filled in",
        blocks: [
          {
            kind: "code",
            language: "yaml",
            text: stringify(manifest.spec, { aliasDuplicateObjects: false, lineWidth: 0 }),
          },
        ],
      },
    ],
  };
}

function facts(
  { id, status, startedAt, endedAt, versions, host, specHash, spec, inference }: RunManifest,
  policy: Verdicts["policy"] | undefined,
): readonly (readonly [string, string])[] {
  const took = endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt);
  return [
    ["run", `${id} (${status})`],
    ["started", startedAt],
    ["ended", endedAt === undefined ? "not yet" : `${endedAt}${took === undefined ? "" : ` (${duration(took)})`}`],
    ["QuantGate", versions.quantgate],
    ["Node.js", versions.node],
    ["host", `${host.platform}, ${host.cpu}, ${count(host.cores)} cores, ${bytes(host.memoryBytes)} memory`],
    ...(inference === undefined ? [] : [["neural scorers ran on", inferenceWords(inference)] as const]),
    ["spec hash", specHash],
    ["seed", count(spec.seed)],
    ["temperature", "0 (greedy decoding)"],
    ...(policy === undefined ? [] : [["policy", `${policy.name}, hash ${policy.hash}`] as const]),
  ];
}

function inferenceWords({ provider, workers, threadsPerWorker, tokenSlots, runtime }: InferenceSettings): string {
  const threads = `${plural(workers, "worker")} of ${plural(threadsPerWorker, "thread")}`;
  return `${runtime}, ${provider}, ${threads}, batches of at most ${count(tokenSlots)} tokens`;
}

function taskTable({ spec, tasks }: RunManifest): Table {
  return {
    kind: "table",
    caption: "Tasks and their data. Hashes are SHA-256, of the dataset's file and of the prompt template.",
    narrow: "stack",
    columns: align(
      ["task", "asked as", "dataset", "dataset hash", "template hash"],
      ["items", "with references", "chance"],
    ),
    rows: spec.tasks.map((task): readonly Cell[] => {
      const found = tasks.find((each) => each.task === task.name);
      const { manifest } = task.dataset;
      return [
        task.name,
        askedAs(task),
        { text: `${manifest.name} ${manifest.version}`, note: manifest.licence },
        { text: found?.datasetSha256 ?? manifest.sha256, verbatim: true },
        found === undefined ? "not inspected" : { text: found.templateSha256, verbatim: true },
        count(task.items),
        found === undefined || task.type === "multiple-choice" ? "" : count(found.itemsWithReferences),
        found === undefined || task.type === "generation" ? "" : percent(found.chance),
      ];
    }),
  };
}

function askedAs(task: ResolvedTask): string {
  return task.type === "multiple-choice"
    ? `multiple choice, ${task.protocol}, ${task.primary}`
    : `generation (${task.kind}), at most ${count(task.maxTokens)} tokens`;
}

function variantTable({ spec, identities }: RunManifest): readonly Block[] {
  const rows = spec.models.flatMap((model) =>
    model.variants.map((variant): readonly Cell[] => {
      const identity = identities[variant.id];
      return [
        variant.id,
        { text: variant.source, verbatim: true },
        identity === undefined ? "never opened" : identity.build,
        identity?.weightsDigest === undefined ? "not told" : { text: identity.weightsDigest, verbatim: true },
        identity === undefined ? "" : metadataWords(identity),
      ];
    }),
  );
  return [
    {
      kind: "table",
      caption: "Variants, what they were loaded from, and what their backends told of them.",
      narrow: "stack",
      columns: align(["variant", "source", "build", "weights digest", "model"], []),
      rows,
    },
  ];
}

function metadataWords({ metadata }: VariantIdentity): string {
  const words: readonly (string | undefined)[] = [
    metadata.architecture,
    metadata.quantization,
    metadata.parameters === undefined ? undefined : `${decimal(metadata.parameters / 1e6, 1)} M parameters`,
    metadata.layers === undefined ? undefined : `${count(metadata.layers)} layers`,
    metadata.heads === undefined ? undefined : `${count(metadata.heads)} heads`,
    metadata.keyValueHeads === undefined ? undefined : `${count(metadata.keyValueHeads)} key/value heads`,
    metadata.embeddingLength === undefined ? undefined : `width ${count(metadata.embeddingLength)}`,
    metadata.vocabularySize === undefined ? undefined : `vocabulary ${count(metadata.vocabularySize)}`,
    metadata.contextLength === undefined ? undefined : `context ${count(metadata.contextLength)}`,
    metadata.bitsPerWeight === undefined ? undefined : `${decimal(metadata.bitsPerWeight, 2)} bits per weight`,
    metadata.fileBytes === undefined ? undefined : bytes(metadata.fileBytes),
  ];
  return words.filter((word) => word !== undefined).join(", ") || "not told";
}

/** One row per distinct group of settings, with the variants that share it. */
function settingsTable({ identities }: RunManifest): readonly Block[] {
  const variantsBySettings = new Map<string, string[]>();
  for (const [variant, { settings }] of Object.entries(identities)) {
    const words = Object.entries(settings).map(([name, value]) => `${name}: ${String(value)}`);
    const key = words.join("; ") || "none told";
    const list = variantsBySettings.get(key);
    if (list === undefined) variantsBySettings.set(key, [variant]);
    else list.push(variant);
  }
  if (variantsBySettings.size === 0) return [];
  const same = variantsBySettings.size === 1;
  return [
    {
      kind: "table",
      caption: `Settings of the backends that can move the numbers${same ? "; equal for all variants" : "; they are not equal, which confounds the comparison"}.`,
      narrow: "stack",
      columns: align(["settings", "variants"], []),
      rows: [...variantsBySettings].map(([settings, variants]) => [settings, variants.join(", ")]),
    },
  ];
}

function signatureTable({ signatures }: RunManifest): readonly Block[] {
  const tasksBySignature = new Map<string, { metric: string; signature: string; tasks: string[] }>();
  for (const [task, metrics] of Object.entries(signatures)) {
    for (const [metric, signature] of Object.entries(metrics)) {
      const key = `${metric}\n${signature}`;
      const entry = tasksBySignature.get(key);
      if (entry === undefined) tasksBySignature.set(key, { metric, signature, tasks: [task] });
      else entry.tasks.push(task);
    }
  }
  if (tasksBySignature.size === 0) return [];
  return [
    {
      kind: "table",
      caption: "Signatures of the scores: the full recipe of each number.",
      narrow: "stack",
      columns: align(["metric", "signature", "tasks"], []),
      rows: [...tasksBySignature.values()].map(({ metric, signature, tasks }) => [
        metric,
        { text: signature, verbatim: true },
        tasks.join(", "),
      ]),
    },
  ];
}
