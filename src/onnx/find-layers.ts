import type { ModelGraph } from "./graph.ts";
import { GraphIndex, type LayerNorm, layerNorms } from "./layer-norms.ts";
import { ModelError } from "./model-error.ts";

/** Where a hidden state was found. */
export interface HiddenState {
  /** The value's name in the graph. */
  readonly tensor: string;
  readonly foundBy: "name and structure" | "name" | "structure";
}

/**
 * The value that holds the hidden state after `layer` layers (0: the embeddings) of a post-LayerNorm encoder with `layers` layers,
 * as `hidden_states[layer]` of the Hugging Face libraries counts them.
 *
 * Two independent witnesses are heard. By name: every layer's last LayerNorm still carries its module path. By structure:
 * 2·layers + 1 LayerNorms form a chain, each normalising the one before plus a branch. When neither is complete, or when they
 * contradict each other, the graph isn't guessed at: throws ModelError "layer-not-found".
 */
export function findHiddenState(graph: ModelGraph, layer: number, layers: number): HiddenState {
  if (!Number.isInteger(layer) || layer < 0 || layer > layers)
    throw new ModelError({
      kind: "layer-not-found",
      message: `layer ${layer} doesn't exist: the model has ${layers} layers`,
      hint: `choose a layer from 0 (the embeddings) to ${layers}`,
    });
  const index = new GraphIndex(graph);
  const norms = layerNorms(graph, index);
  const byName = findByName(norms, layer, layers);
  const byStructure = findByStructure(norms, index, layer, layers);
  if (byName !== undefined && byStructure !== undefined) {
    if (byName === byStructure) return { tensor: byName, foundBy: "name and structure" };
    throw notFound(layer, `by name it is "${byName}", by structure "${byStructure}"`);
  }
  if (byName !== undefined) return { tensor: byName, foundBy: "name" };
  if (byStructure !== undefined) return { tensor: byStructure, foundBy: "structure" };
  throw notFound(
    layer,
    `of ${2 * layers + 1} LayerNorms in a row only ${longestChain(norms, index).length} were found`,
  );
}

function notFound(layer: number, why: string): ModelError {
  return new ModelError({
    kind: "layer-not-found",
    message: `can't tell which value of the ONNX graph is the hidden state of layer ${layer}: ${why}`,
    hint: "export the model with its hidden states as outputs and name that output in the model's settings (output)",
  });
}

const LAYER_OUTPUT =
  /(?:^|[./])(?:layers?|block|h)[._](\d+)\/(?:output\/LayerNorm|output_layer_norm|final_layer_norm)(?:\/|$)/;

function findByName(norms: readonly LayerNorm[], layer: number, layers: number): string | undefined {
  const outputs: string[] = [];
  for (const { name, output } of norms) {
    const number = LAYER_OUTPUT.exec(name)?.[1];
    if (number === undefined) continue;
    if (Number(number) !== outputs.length) return undefined;
    outputs.push(output);
  }
  if (outputs.length !== layers) return undefined;
  return layer === 0 ? undefined : outputs[layer - 1];
}

function findByStructure(norms: readonly LayerNorm[], index: GraphIndex, layer: number, layers: number) {
  const chain = longestChain(norms, index);
  // A head (for masked words, say) may normalise once more, after the last layer; it adds no residual link to the chain.
  return chain.length === 2 * layers + 1 ? chain[2 * layer]?.output : undefined;
}

/** The longest run of LayerNorms of which each normalises a sum with the output of the one before. */
function longestChain(norms: readonly LayerNorm[], index: GraphIndex): LayerNorm[] {
  const byOutput = new Map(norms.map((norm) => [norm.output, norm]));
  const chains = new Map<LayerNorm, LayerNorm[]>();
  let longest: LayerNorm[] = [];
  for (const norm of norms) {
    const chain = [...previousChain(norm, index, byOutput, chains), norm];
    chains.set(norm, chain);
    if (chain.length > longest.length) longest = chain;
  }
  return longest;
}

function previousChain(
  norm: LayerNorm,
  index: GraphIndex,
  byOutput: ReadonlyMap<string, LayerNorm>,
  chains: ReadonlyMap<LayerNorm, LayerNorm[]>,
): LayerNorm[] {
  for (const summand of residualSummands(norm, index)) {
    const previous = byOutput.get(summand) ?? byOutput.get(index.producer(summand)?.outputs[0] ?? "");
    const chain = previous && chains.get(previous);
    if (chain !== undefined) return chain;
  }
  return [];
}

function residualSummands(norm: LayerNorm, index: GraphIndex): readonly string[] {
  if (norm.inputs.length !== 1) return norm.inputs;
  const sum = index.producer(norm.inputs[0]);
  return sum?.op === "Add" ? sum.inputs : [];
}
