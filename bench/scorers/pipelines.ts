import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PEER = fileURLToPath(new URL("../peers/pipeline.mjs", import.meta.url));
const INSTALLED = fileURLToPath(new URL("../peers/node_modules/@huggingface/transformers", import.meta.url));

/** Whether the peer is installed. */
export function hasPipelines(): boolean {
  return existsSync(INSTALLED);
}

/** A feature-extraction pipeline of @huggingface/transformers, in a process of its own, with as many threads as it likes. */
export class Pipeline {
  readonly #child: ChildProcess;
  /** Its embeddings of the first texts, to show that the same thing is computed. */
  readonly vectors: readonly (readonly number[])[];

  private constructor(child: ChildProcess, vectors: readonly (readonly number[])[]) {
    this.#child = child;
    this.vectors = vectors;
  }

  static async open(folder: string, texts: readonly string[]): Promise<Pipeline> {
    const child = fork(PEER, { execArgv: [] });
    child.send({ open: folder, texts });
    const [{ vectors }] = await once(child, "message");
    return new Pipeline(child, vectors);
  }

  /** Milliseconds to embed the first `count` texts, one a call or in padded batches. */
  async time(way: "oneByOne" | "paddedBatches", count: number): Promise<number> {
    this.#child.send({ run: way, count });
    const [{ ms }] = await once(this.#child, "message");
    return ms;
  }

  close(): void {
    this.#child.disconnect();
    this.#child.kill();
  }
}
