import { evaluationServices, openStore } from "../../compose.ts";
import type { ProgressEvent } from "../../domain/progress.ts";
import { readEnv } from "../../env.ts";
import { ProgressTrace } from "../../telemetry/progress-trace.ts";
import { NO_SPAN } from "../../telemetry/tracer.ts";
import { loadBackendRegistry } from "../api/backend-registry.ts";
import { executeHere } from "../api/execute-here.ts";
import type { Decision, ExecuteRun } from "../api/in-process-service.ts";
import { ThreadCalls } from "./thread-calls.ts";
import { threadEntry } from "./thread-entry.ts";

export interface ThreadSettings {
  readonly runs: string;
  readonly backendsFile: string;
  readonly probe: boolean;
}

export interface ThreadListeners {
  readonly onAnswer: (backend: string, wallMs: number) => void;
  /** Whether each answer gets a span of its own. */
  readonly traceAnswers: boolean;
}

/** What a run's thread is asked. */
export interface ExecuteRequest extends ThreadSettings {
  readonly run: string;
}

/** What it tells meanwhile. */
export type ExecuteEvent =
  | ProgressEvent
  | { readonly kind: "answer-time"; readonly backend: string; readonly wallMs: number };

/** Executes each run in a thread of its own, so that callers are answered while it is scored and decided. */
export function executeInThread(settings: ThreadSettings, { onAnswer, traceAnswers }: ThreadListeners): ExecuteRun {
  return async (run, { onProgress, signal, span }) => {
    const thread = new ThreadCalls<ExecuteRequest, Decision, ExecuteEvent>(threadEntry("execute"));
    const trace = new ProgressTrace(span, { eachAnswer: traceAnswers });
    try {
      return await thread.call({ ...settings, run }, signal, (event) => {
        if (event.kind === "answer-time") {
          onAnswer(event.backend, event.wallMs);
          trace.answered(event.wallMs);
        } else {
          onProgress(event);
          trace.observe(event);
        }
      });
    } catch (error) {
      trace.end(error);
      throw error;
    } finally {
      trace.end();
      await thread.close();
    }
  };
}

/** In a run's thread: brings the run to its end. */
export async function executeRequest(
  { run, runs, backendsFile, probe }: ExecuteRequest,
  signal: AbortSignal,
  tell: (event: ExecuteEvent) => void,
): Promise<Decision> {
  const registry = await loadBackendRegistry(backendsFile);
  const store = openStore(runs);
  try {
    const services = evaluationServices(store, readEnv(process.env), {
      probe,
      lookupFor: registry.lookupFor.bind(registry),
      onAnswer: (backend, wallMs) => tell({ kind: "answer-time", backend, wallMs }),
    });
    return await executeHere(services)(run, { onProgress: tell, signal, span: NO_SPAN });
  } finally {
    await store.close();
  }
}
