import { ELEMENT_TYPE } from "./graph.ts";
import { GraphBuilder } from "./graph-builder.ts";

/**
 * Greedy matching as an ONNX model: two matrices of token vectors in, each token's greatest cosine with the other text's tokens out.
 * As in bert_score's `greedy_cos_idf`, in float32; many times as fast as loops in JavaScript (bench/scorers.ts measures it).
 */
export function matchGraph(): Uint8Array {
  const graph = new GraphBuilder();
  const lastAxis = graph.integers([1]);
  const unit = (vectors: string) => graph.node("Div", [vectors, graph.node("ReduceL2", [vectors, lastAxis])]);
  const candidate = unit(graph.input("candidate", ELEMENT_TYPE.float, ["m", "width"]));
  const reference = unit(graph.input("reference", ELEMENT_TYPE.float, ["n", "width"]));
  const turned = graph.node("Transpose", [reference], { perm: [1, 0] });
  const cosines = graph.node("MatMul", [candidate, turned]);
  const best = (axis: number) => graph.node("ReduceMax", [cosines, graph.integers([axis])], { keepdims: 0 });
  graph.namedOutput("candidate_best", best(1), ELEMENT_TYPE.float, ["m"]);
  graph.namedOutput("reference_best", best(0), ELEMENT_TYPE.float, ["n"]);
  return Buffer.concat(graph.build(18));
}
