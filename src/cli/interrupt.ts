/**
 * A signal that aborts on Ctrl-C or SIGTERM. The second Ctrl-C ends the process at once; what is in the journal is kept either way.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("interrupted by the user"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
