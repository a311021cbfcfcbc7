import { setMaxListeners } from "node:events";

/** Each request in flight listens to the run's one signal and stops listening when it ends; that is no leak to warn about. */
export function allowManyListeners(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}
