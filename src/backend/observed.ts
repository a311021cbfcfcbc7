import type { Backend } from "./backend.ts";

/** The backend, with each answer's time told, in milliseconds, when it has come. */
export function observed(backend: Backend, onAnswer: (wallMs: number) => void): Backend {
  const { identity, capabilities, concurrency, ahead = 0, loadMs } = backend;
  return {
    identity,
    capabilities,
    concurrency,
    ahead,
    loadMs,
    generate: async (request, signal, context) => {
      const answer = await backend.generate(request, signal, context);
      onAnswer(answer.timings.wallMs);
      return answer;
    },
    close: () => backend.close(),
  };
}
