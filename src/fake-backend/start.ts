import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { openTokenModel } from "../backend/llama-cpp/token-model.ts";
import { RunError } from "../domain/errors.ts";
import { Completer } from "./complete.ts";
import { llamaServerRoutes } from "./dialects/llama-server.ts";
import { ollamaRoutes } from "./dialects/ollama.ts";
import { tgiRoutes } from "./dialects/tgi.ts";
import { vllmRoutes } from "./dialects/vllm.ts";
import { befall, makeDice, throwDice } from "./faults.ts";
import { type Routes, readBody, send } from "./http.ts";
import type { Dialect, FakeOptions } from "./options.ts";

const ENGINE = { type: "llama-cpp", batchSize: 512, threads: 1, concurrency: 1 } as const;

export interface FakeBackend {
  readonly url: string;
  close(): Promise<void>;
}

const ROUTES: Readonly<Record<Dialect, (completer: Completer, options: FakeOptions) => Routes | Promise<Routes>>> = {
  ollama: ollamaRoutes,
  vllm: vllmRoutes,
  tgi: tgiRoutes,
  "llama-server": llamaServerRoutes,
};

/** Starts a server that speaks a dialect and answers from a GGUF file. Throws `RunError` when the port is taken. */
export async function startFakeBackend(options: FakeOptions, signal: AbortSignal): Promise<FakeBackend> {
  const model = await openTokenModel(options.model, { ...ENGINE, contextSize: options.contextSize }, signal);
  const routes = await ROUTES[options.dialect](new Completer(model, options.lies), options);
  const dice = makeDice(options.seed);
  let asked = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const route = routes[`${request.method ?? ""} ${(request.url ?? "").replace(/\?.*$/, "")}`];
    const body = await readBody(request);
    if (route === undefined) return send(response, { status: 404, json: { error: "404 page not found" } });
    if (body === undefined) return send(response, { status: 400, json: { error: "invalid JSON in the request" } });
    if (!route.answers) return send(response, await route.handle(body));
    asked += 1;
    if (options.dieAfter !== undefined && asked > options.dieAfter) process.kill(process.pid, "SIGKILL");
    if (options.latencyMs > 0) await sleep(options.latencyMs);
    const fault = throwDice(options, dice);
    const answer = async () => route.handle(body);
    if (fault === undefined) send(response, await answer());
    else await befall(fault, response, answer, options);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.on("error", () => {});
      if (!response.headersSent) send(response, { status: 500, json: { error: String(error) } });
      else response.destroy();
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new RunError(`can't listen on ${options.host}:${options.port}: ${cause.message}`, { cause })),
    );
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await model.close();
    },
  };
}
