/** One listener on a run's signal for all requests in flight: thousands of them come and go, and listeners are dear. */
const watches = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `onAbort` when the signal is aborted, until the returned function is called. */
export function watchAbort(signal: AbortSignal, onAbort: () => void): () => void {
  const watching = watches.get(signal) ?? beginWatch(signal);
  watching.add(onAbort);
  return () => watching.delete(onAbort);
}

function beginWatch(signal: AbortSignal): Set<() => void> {
  const watching = new Set<() => void>();
  watches.set(signal, watching);
  signal.addEventListener("abort", () => {
    for (const onAbort of [...watching]) onAbort();
  });
  return watching;
}
