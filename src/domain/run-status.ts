/**
 * Where a run stands. `queued`: submitted, not begun; `interrupted`: stopped, can be resumed; `failed`: it couldn't go on; `cancelled`: somebody
 * ended it for good.
 */
export const RUN_STATUSES = ["queued", "running", "completed", "interrupted", "failed", "cancelled"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

const ENDED: readonly RunStatus[] = ["completed", "failed", "cancelled"];

/** Whether nothing more will happen to a run by itself. */
export function hasEnded(status: RunStatus): boolean {
  return ENDED.includes(status);
}
