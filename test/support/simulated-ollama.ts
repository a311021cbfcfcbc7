import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface SimulationOptions {
  /** Names of models that it serves, each with its quantization, such as `demo:q4_K_M`. */
  readonly models: readonly string[];
  /** Time for one answer; answers overlap without limit. */
  readonly latencyMs: number;
}

const WORDS = ["river", "seven", "copper", "because", "morning", "green", "letter", "slowly", "winter", "answer"];

/**
 * Speaks Ollama's API and answers at once or after a fixed time, without computing anything: texts follow from the prompt, and in one of eight from
 * the model, too. For tests and measurements of what is around a backend.
 */
export class SimulatedOllama {
  readonly #server: Server;
  readonly #options: SimulationOptions;
  latencyMs: number;
  /** How often each prompt was asked, by model. */
  readonly asked = new Map<string, number>();
  /** Answers given so far. */
  answered = 0;
  /** Requests for an answer that are being worked on, and the most there were at a time. */
  busy = 0;
  busiest = 0;
  /** Digest of every model's weights; changed, the server serves other weights under the same names. */
  weights = "a";

  private constructor(options: SimulationOptions) {
    this.#options = options;
    this.latencyMs = options.latencyMs;
    this.#server = createServer((request, response) => {
      const send = (status: number, body: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      };
      this.#answer(request).then(
        (body) => send(body === undefined ? 404 : 200, body ?? { error: "not found" }),
        (error: unknown) => send(500, { error: String(error) }),
      );
    });
  }

  static async start(options: SimulationOptions): Promise<SimulatedOllama> {
    const server = new SimulatedOllama(options);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const body = JSON.parse((await textOf(request)) || "{}") as Record<string, unknown>;
    const { models } = this.#options;
    switch (`${request.method} ${request.url}`) {
      case "GET /api/version":
        return { version: "0.13.1" };
      case "GET /api/tags":
        return { models: models.map((name) => ({ name, digest: this.#digestOf(name), size: 1000 })) };
      case "POST /api/show":
        return {
          modelfile: `FROM /models/sha256-${this.#digestOf(String(body.model))}\n`,
          template: "",
          details: { quantization_level: String(body.model).split(":")[1] },
          model_info: { "general.architecture": "llama", "general.parameter_count": 1000 },
        };
      case "POST /api/generate": {
        const question = `${String(body.model)}\n${String(body.prompt)}`;
        this.asked.set(question, (this.asked.get(question) ?? 0) + 1);
        this.busy += 1;
        this.busiest = Math.max(this.busiest, this.busy);
        if (this.latencyMs > 0) await sleep(this.latencyMs);
        this.busy -= 1;
        this.answered += 1;
        const prompt = String(body.prompt);
        const { num_predict: most = 6 } = (body.options ?? {}) as { readonly num_predict?: number };
        const words = answerTo(prompt, String(body.model)).slice(0, most);
        return {
          response: words.join(" "),
          done: true,
          done_reason: words.length === most ? "length" : "stop",
          prompt_eval_count: prompt.split(/\s+/).length,
          eval_count: words.length,
          eval_duration: 1_000_000,
          ...(body.logprobs === true ? { logprobs: logprobsOf(prompt, words[0] ?? "") } : {}),
        };
      }
      default:
        return undefined;
    }
  }

  #digestOf(model: string): string {
    return createHash("sha256").update(`${this.weights} ${model}`).digest("hex");
  }
}

function answerTo(prompt: string, model: string): readonly string[] {
  const own = createHash("sha256").update(prompt).digest();
  const hash = (own[0] ?? 0) % 8 === 0 ? createHash("sha256").update(`${model} ${prompt}`).digest() : own;
  return [...hash.subarray(1, 7)].map((byte) => WORDS[byte % WORDS.length] ?? "");
}

/** Of the first token: likelihoods of the letters that follow from the prompt, and sum to less than 1. */
function logprobsOf(prompt: string, response: string) {
  const hash = createHash("sha256").update(prompt).digest();
  const top = [" A", " B", " C", " D", " E", ...WORDS.slice(0, 5).map((word) => ` ${word}`)].map((token, index) => ({
    token,
    logprob: Math.log((1 + (hash[index] ?? 0)) / 2600),
  }));
  const [first = { token: response, logprob: -1 }, ...others] = top.toSorted((a, b) => b.logprob - a.logprob);
  return [{ ...first, top_logprobs: [first, ...others] }];
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
