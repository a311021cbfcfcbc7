import { type HeldOut, holdOut, type Law, leastSquares2 } from "./goodness.ts";
import { type Architecture, plainName, plannerReference, type VramRow } from "./reference.ts";

const GIB = 2 ** 30;
const BYTES_FP16 = 2;

interface Measured {
  readonly model: string;
  readonly gib: number;
  /** Weights and cache at FP16, in GiB. */
  readonly knownGib: number;
  readonly shape: Architecture;
  readonly contextTokens: number;
}

/** Peaks of one prefill of the whole context with eager attention, where the study measured them: TR127 6.2. */
function measuredPeaks(): readonly Measured[] {
  const { vram, architectures } = plannerReference();
  return vram.flatMap((row: VramRow) => {
    const shape = architectures.find(({ model }) => plainName(model) === plainName(row.model));
    if (shape === undefined || row.peakAllocatedMiB === undefined || !row.boundary.includes("one prefill")) return [];
    const cache = 2 * shape.layers * shape.kvHeads * shape.headDim * row.contextTokens * BYTES_FP16;
    return [
      {
        model: row.model,
        gib: row.peakAllocatedMiB / 1024,
        knownGib: (BYTES_FP16 * shape.paramsFromShapes + cache) / GIB,
        shape,
        contextTokens: row.contextTokens,
      },
    ];
  });
}

/**
 * Rest = a + b · x, in GiB, where x is what the law says that the scores grow with; relative errors are squared, so that a peak of
 * 1 GiB counts as much as one of 34.
 */
function restLaw(x: (row: Measured) => number): Law<Measured, readonly [number, number]> {
  return {
    fit: (rows) =>
      leastSquares2(rows.map((row) => ({ y: (row.gib - row.knownGib) / row.gib, x: [1 / row.gib, x(row) / row.gib] }))),
    predict: (row, [overhead, slope]) => row.knownGib + overhead + slope * x(row),
  };
}

/** A form of memory under eager attention, with its fit. */
export interface VramLaw extends HeldOut {
  readonly name: string;
  readonly overheadGib: number;
  /** GiB per unit of what the scores grow with. */
  readonly slope: number;
}

const FORMS = {
  "W + KV + a + b · heads · n²": (row: Measured) => (row.shape.attentionHeads * row.contextTokens ** 2) / GIB,
  "W + KV + a + b · layers · n² (the study's form)": (row: Measured) =>
    row.shape.layers * (row.contextTokens / 1024) ** 2,
};

/** Both forms of the law, ours first: fitted on all published peaks, and held against models that were left out. */
export function vramLaws(): readonly VramLaw[] {
  const rows = measuredPeaks();
  return Object.entries(FORMS).map(([name, x]) => {
    const [overheadGib, slope] = restLaw(x).fit(rows);
    const held = holdOut(rows, restLaw(x), { measured: ({ gib }) => gib, groupOf: ({ model }) => model });
    return { name, overheadGib, slope, ...held };
  });
}
