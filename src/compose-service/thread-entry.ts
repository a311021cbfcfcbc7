/** Where the code of a worker's thread is; beside the workers. */
export function threadEntry(name: "run" | "score"): URL {
  const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`../../workers/${name}-thread.${suffix}`, import.meta.url);
}
