/** Where the code of a thread is; beside the workers. */
export function threadEntry(name: "run" | "score" | "execute"): URL {
  const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`../../../workers/${name}-thread.${suffix}`, import.meta.url);
}
