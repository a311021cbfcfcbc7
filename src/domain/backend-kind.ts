/** Backends whose model is computed in this process, from files on this machine: alone with the processor, and the same bits every time. */
const EMBEDDED: ReadonlySet<string> = new Set(["llama-cpp", "transformers"]);

/** Whether a backend of this type loads a model into this process. */
export function embedded({ type }: { readonly type: string }): boolean {
  return EMBEDDED.has(type);
}

/** Whether a backend of this type gives the same answer every time: it computes here, or answered before. */
export function deterministic(backend: { readonly type: string }): boolean {
  return embedded(backend) || backend.type === "recorded";
}

/** Whether a backend of this type needs no server: embedded ones, and answers recorded or imported before. What it reads are files. */
export function serverless(backend: { readonly type: string }): boolean {
  return deterministic(backend) || backend.type === "imported";
}
