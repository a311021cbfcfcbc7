import { randomUUID } from "node:crypto";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { NO_TRACER } from "../../telemetry/tracer.ts";
import { apiHandlers } from "./api-handlers.ts";
import { authenticate } from "./authenticate.ts";
import { checkRequest } from "./check-request.ts";
import { shortened } from "./logger.ts";
import { openApiDocument } from "./openapi.ts";
import type { Operation } from "./operations/operation.ts";
import { OPERATIONS, type OperationName } from "./operations/operations.ts";
import { addPages } from "./pages/add-pages.ts";
import type { ServiceParts } from "./parts.ts";
import { HttpProblem, problemOf } from "./problem.ts";
import { RateLimiter } from "./rate-limiter.ts";
import type { Context, Reply } from "./reply.ts";
import { sendEvents } from "./send-events.ts";
import { traceRequests } from "./trace-requests.ts";

const BODY_LIMIT = "256kb";

/** Reports style themselves inside the page and need nothing else. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The API and the pages. */
export function makeApp(parts: ServiceParts): Express {
  const { authentication, version } = parts;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  const limiter = new RateLimiter(parts.requestsPerMinute, () => performance.now());
  const takeTurn = (caller: string): void => {
    const waitS = limiter.take(caller);
    if (waitS > 0)
      throw new HttpProblem("too-many-requests", `more than ${parts.requestsPerMinute} requests a minute`, {
        hint: `ask again in ${waitS} s`,
        headers: { "Retry-After": String(waitS) },
      });
  };
  app.use(traceRequests(parts.tracer ?? NO_TRACER));
  app.use(prepare(parts));

  const handlers = apiHandlers(parts) as Readonly<Record<string, (input: unknown, context: Context) => Promise<Reply>>>;
  const parseJson = express.json({ limit: BODY_LIMIT, inflate: false, type: () => true });
  for (const [name, operation] of Object.entries(OPERATIONS) as [OperationName, Operation][]) {
    const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
    app[operation.method](path, async (request, response) => {
      response.locals.operation = name;
      const { scope } = operation;
      const caller =
        scope === undefined ? { name: "anybody", scopes: [] } : await authenticate(request, scope, authentication);
      response.locals.caller = caller.name;
      if (scope !== undefined) takeTurn(caller.name);
      if (operation.body !== undefined) await readBody(request, response, parseJson);
      const input = checkRequest(request, operation);
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`no handler for ${name}`);
      const signal = signalOf(response);
      await send(response, await handler(input, { caller, signal }));
    });
  }
  const document = openApiDocument(version);
  app.get("/openapi.json", (_, response) => {
    response.json(document);
  });
  addPages(app, parts, takeTurn);

  for (const path of new Set(Object.values(OPERATIONS).map((operation) => operation.path))) {
    const methods = Object.values(OPERATIONS).filter((operation) => operation.path === path);
    app.all(path.replace(/\{(\w+)\}/g, ":$1"), () => {
      const allow = methods.map(({ method }) => method.toUpperCase()).join(", ");
      throw new HttpProblem("method-not-allowed", `${path} takes ${allow}`, { headers: { Allow: allow } });
    });
  }
  app.use(() => {
    throw new HttpProblem("not-found", "there is nothing at this path", {
      hint: "GET /openapi.json lists what there is",
    });
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    fail(error, response, parts);
  });
  return app;
}

/** Headers and a log line for every request. */
function prepare({ log, metrics, authentication }: ServiceParts) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const requestId = randomUUID();
    const startMs = performance.now();
    response.locals.requestId = requestId;
    response.set({
      "X-Content-Type-Options": "nosniff",
      // Not `no-referrer`: browsers would then send forms with the origin `null`, like those of strangers.
      "Referrer-Policy": "same-origin",
      "Content-Security-Policy": API_POLICY,
      "Cross-Origin-Resource-Policy": "same-origin",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cache-Control": "no-store",
      "X-Request-Id": requestId,
    });
    response.on("close", () => {
      const ms = performance.now() - startMs;
      const { operation = "other", caller } = response.locals as { operation?: string; caller?: string };
      metrics.request(operation, response.statusCode, ms / 1000);
      const runId = request.params?.id;
      log.info(
        {
          requestId,
          operation,
          caller,
          method: request.method,
          path: shortened(request.path),
          status: response.statusCode,
          ms: Math.round(ms),
          ...(typeof runId === "string" ? { runId: shortened(runId) } : {}),
        },
        "request",
      );
    });
    // A name that leads here is no reason to trust whoever uses it: without tokens, only the loopback's own names count.
    if (
      authentication.kind === "none" &&
      !/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(request.headers.host ?? "")
    )
      throw new HttpProblem("forbidden", "without tokens the service answers only as localhost");
    next();
  };
}

async function readBody(
  request: Request,
  response: Response,
  parse: (request: Request, response: Response, next: (error?: unknown) => void) => void,
): Promise<void> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers["content-type"] ?? ""))
    throw new HttpProblem("unsupported-type", "the body must be application/json");
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Aborts when the connection closes. */
function signalOf(response: Response): AbortSignal {
  const controller = new AbortController();
  response.on("close", () => controller.abort(new Error("the caller has gone")));
  return controller.signal;
}

async function send(response: Response, reply: Reply): Promise<void> {
  switch (reply.kind) {
    case "json":
      if (reply.location !== undefined) response.set("Location", reply.location);
      response.status(reply.status).json(reply.body);
      return;
    case "text":
      response.set("Content-Type", reply.type.includes("charset") ? reply.type : `${reply.type}; charset=utf-8`);
      response.send(reply.text);
      return;
    case "page":
      response.set({ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": REPORT_POLICY });
      response.send(reply.html);
      return;
    case "events":
      await sendEvents(response, reply.events);
      return;
    case "empty":
      response.status(204).end();
  }
}

function fail(error: unknown, response: Response, { log }: ServiceParts): void {
  const problem = problemOf(error);
  const { requestId } = response.locals as { requestId: string };
  if (problem.status >= 500) log.error({ requestId, err: error }, "request failed");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(problem.status).set(problem.headers).type("application/problem+json");
  response.send(JSON.stringify(problem.toProblem(requestId)));
}
