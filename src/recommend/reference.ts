import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "../package-root.ts";

/** Where a published figure stands: report, section and, where it was looked up, the line. Older entries are one string. */
const SourceSchema = z.union([
  z.string(),
  z.object({ report: z.string(), section: z.string(), line: z.number().optional() }),
]);
export type Source = z.infer<typeof SourceSchema>;

/** "TR130 SS5.1 Per-Agent Throughput vs N". */
export function sourceText(source: Source): string {
  return typeof source === "string" ? source : `${source.report} ${source.section}`;
}

const GpuSchema = z.object({
  name: z.string(),
  memoryGB: z.number(),
  bandwidthGBs: z.number(),
  usdPerHour: z.number(),
  usable: z.boolean().optional(),
});
export type Gpu = z.infer<typeof GpuSchema>;

const ArchitectureSchema = z.object({
  model: z.string(),
  layers: z.number(),
  attentionHeads: z.number(),
  kvHeads: z.number(),
  headDim: z.number(),
  vocabSize: z.number(),
  paramsBillions: z.number(),
  paramsFromShapes: z.number(),
});
export type Architecture = z.infer<typeof ArchitectureSchema>;

const ThroughputRowSchema = z.object({
  id: z.string(),
  model: z.string(),
  backend: z.string(),
  quantization: z.string(),
  phase: z.string(),
  nAgents: z.number().optional(),
  contextTokens: z.number().optional(),
  promptTokens: z.union([z.number(), z.string()]).optional(),
  tokPerSecPerAgent: z.number().optional(),
  tokPerSecPrefill: z.number().optional(),
  boundary: z.string(),
  usable: z.boolean().optional(),
  biased: z.union([z.boolean(), z.string()]).optional(),
  source: SourceSchema,
});
export type ThroughputRow = z.infer<typeof ThroughputRowSchema>;

const VramRowSchema = z.object({
  model: z.string(),
  backend: z.string(),
  quantization: z.string(),
  contextTokens: z.number(),
  peakAllocatedMiB: z.number().optional(),
  boundary: z.string(),
  usable: z.boolean().optional(),
  source: SourceSchema,
});
export type VramRow = z.infer<typeof VramRowSchema>;

const EtaRowSchema = z.object({
  model: z.string(),
  backend: z.string(),
  nAgents: z.number(),
  eta: z.number(),
  source: SourceSchema,
});
export type EtaRow = z.infer<typeof EtaRowSchema>;

const CompositeSchema = z.object({ model: z.string(), quantization: z.string(), composite: z.number() });

const WorkedNumberSchema = z.object({
  id: z.string(),
  quantity: z.string(),
  input: z.record(z.string(), z.unknown()),
  expectedPrinted: z.number(),
  unit: z.string(),
  formula: z.string(),
  tolerance: z.number(),
  status: z.enum(["reproduces", "does not reproduce", "contradiction"]),
  note: z.string().optional(),
  source: SourceSchema,
});
export type WorkedNumber = z.infer<typeof WorkedNumberSchema>;

const TargetSchema = z.object({
  model: z.string(),
  metric: z.string(),
  target: z.string(),
  achievedPrinted: z.number(),
  honest: z.string().optional(),
  source: SourceSchema,
});

const QualityGateSchema = z.object({
  application: z.string(),
  minComposite: z.number().nullable(),
  minMmlu: z.number().nullable(),
  minArc: z.number().nullable(),
  quantization: z.string(),
});
export type QualityGate = z.infer<typeof QualityGateSchema>;

/** The published figures that the adviser stands on. */
export interface PlannerReference {
  readonly gpus: readonly Gpu[];
  readonly architectures: readonly Architecture[];
  readonly throughput: readonly ThroughputRow[];
  readonly vram: readonly VramRow[];
  readonly eta: readonly EtaRow[];
  readonly composites: readonly z.infer<typeof CompositeSchema>[];
  readonly workedNumbers: readonly WorkedNumber[];
  /** P.2: minima by application. */
  readonly qualityGates: readonly QualityGate[];
  readonly targets: readonly z.infer<typeof TargetSchema>[];
}

let loaded: PlannerReference | undefined;

/** `reference/planner/` as it ships with the package, read once. Rows that are marked as not usable are left out. */
export function plannerReference(): PlannerReference {
  loaded ??= read();
  return loaded;
}

function read(): PlannerReference {
  const file = (name: string): unknown =>
    JSON.parse(readFileSync(join(packageRoot(), "reference", "planner", `${name}.json`), "utf8"));
  const usable = <T extends { readonly usable?: boolean | undefined }>(rows: readonly T[]): readonly T[] =>
    rows.filter((row) => row.usable !== false);
  const vram = z
    .object({ rows: z.array(VramRowSchema), architectures: z.array(ArchitectureSchema) })
    .parse(file("vram"));
  const validation = z
    .object({
      workedNumbers: z.array(WorkedNumberSchema),
      targets: z.array(TargetSchema),
      qualityGates: z.array(QualityGateSchema),
    })
    .parse(file("validation"));
  return {
    gpus: usable(z.object({ rows: z.array(GpuSchema) }).parse(file("hardware")).rows),
    architectures: vram.architectures,
    throughput: usable(z.object({ rows: z.array(ThroughputRowSchema) }).parse(file("throughput")).rows),
    vram: usable(vram.rows),
    eta: z.object({ rows: z.array(EtaRowSchema) }).parse(file("scaling")).rows,
    composites: z.object({ plannerComposites: z.array(CompositeSchema) }).parse(file("quality")).plannerComposites,
    ...validation,
  };
}

/** Names are compared by their letters and digits alone: `llama3.2:1b`, `Llama-3.2-1B` and `llama3.2-1b` are one. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
