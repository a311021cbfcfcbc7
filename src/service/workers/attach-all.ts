import { attachFinalize } from "./attach-finalize.ts";
import { attachGenerate } from "./attach-generate.ts";
import { attachScore } from "./attach-score.ts";
import type { AttachedWorker, WorkerShell } from "./worker-process.ts";

/** All of them in one process, for small set-ups. */
export async function attachAll(shell: WorkerShell): Promise<AttachedWorker> {
  const attached = await Promise.all([attachGenerate(shell), attachScore(shell), attachFinalize(shell)]);
  return {
    queues: () => attached.flatMap((each) => each.queues()),
    close: async (graceMs) => {
      await Promise.all(attached.map((each) => each.close(graceMs)));
    },
  };
}
