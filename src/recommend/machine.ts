import { UsageError } from "../domain/errors.ts";
import type { Question } from "./question.ts";
import { type Gpu, plainName, plannerReference } from "./reference.ts";

/** What the model would run on, as far as it is told. */
export interface Machine {
  readonly gpu?: Gpu;
  /** GB of 10⁹ bytes; a card's printed size, taken at its word. */
  readonly vramGb?: number;
  readonly dollarsPerHour?: number;
  /** Where the price comes from. */
  readonly priceSource?: string;
}

/** Throws `UsageError` for a GPU that isn't in the table, or whose name fits several. */
export function machineOf(question: Question): Machine {
  const gpu = question.gpu === undefined ? undefined : gpuNamed(question.gpu);
  const vramGb = question.vramGb ?? gpu?.memoryGB;
  const price =
    question.dollarsPerHour !== undefined
      ? { dollarsPerHour: question.dollarsPerHour, priceSource: "as given" }
      : gpu === undefined
        ? {}
        : { dollarsPerHour: gpu.usdPerHour, priceSource: `assumed by the study for ${gpu.name}, not measured` };
  return { ...(gpu === undefined ? {} : { gpu }), ...(vramGb === undefined ? {} : { vramGb }), ...price };
}

function gpuNamed(name: string): Gpu {
  const { gpus } = plannerReference();
  const wanted = plainName(name);
  const exact = gpus.find((gpu) => plainName(gpu.name) === wanted);
  if (exact !== undefined) return exact;
  const found = gpus.filter((gpu) => plainName(gpu.name).startsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new UsageError(
    found.length > 1
      ? `--gpu ${name}: fits several: ${found.map((gpu) => gpu.name).join(", ")}`
      : `--gpu ${name}: not in the table of GPUs`,
    {
      hint:
        found.length > 1
          ? "name it with its memory"
          : `give its memory instead, e.g. --vram 12GB; known are ${gpus.map((gpu) => gpu.name).join(", ")}`,
    },
  );
}
