import { type InferenceSession, Tensor } from "onnxruntime-node";
import { openSession } from "../inference-session.ts";
import { matchGraph } from "../match-graph.ts";
import type { Matches, VectorPair, Vectors } from "./protocol.ts";

/** Matches pairs of texts in one worker thread. All methods block. */
export class Matcher {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async open(): Promise<Matcher> {
    return new Matcher(await openSession(matchGraph(), { provider: "cpu", threads: 1 }));
  }

  async match({ candidate, reference }: VectorPair): Promise<Matches> {
    const feeds = { candidate: tensorOf(candidate), reference: tensorOf(reference) };
    const best = await this.#session.run(feeds);
    return { candidate: floats(best.candidate_best), reference: floats(best.reference_best) };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function tensorOf({ values, rows, width }: Vectors): Tensor {
  return new Tensor("float32", values, [rows, width]);
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError("the matching graph gave no float32 tensor");
  return tensor.data.slice();
}
