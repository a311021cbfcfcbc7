import type { NextFunction, Request, Response } from "express";
import { NO_TRACER, type TraceContext, type Tracer } from "../../telemetry/tracer.ts";
import { shortened } from "./logger.ts";

/** A span a request, until its answer has gone, in the caller's trace where one is named. */
export function traceRequests(tracer: Tracer) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (tracer === NO_TRACER) {
      next();
      return;
    }
    const attributes = { "http.request.method": request.method };
    void tracer.span(request.method, { kind: "server", attributes, parent: traceOf(request) }, async (span) => {
      await new Promise<void>((resolve) => {
        response.on("close", () => {
          const { operation = "other", requestId = "" } = response.locals as { operation?: string; requestId?: string };
          const runId = request.params?.id;
          span.rename(operation);
          span.set({
            "http.response.status_code": response.statusCode,
            "quantgate.request": requestId,
            ...(typeof runId === "string" ? { "quantgate.run": shortened(runId) } : {}),
          });
          resolve();
        });
        next();
      });
    });
  };
}

function traceOf({ headers }: Request): TraceContext | "none" {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== "string") return "none";
  return { traceparent, ...(typeof tracestate === "string" ? { tracestate } : {}) };
}
