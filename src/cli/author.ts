import { hostname, userInfo } from "node:os";

/** Who calls the command line: on GitHub the actor, else the user of this machine. */
export function whoCalls(env: NodeJS.ProcessEnv): string {
  if (env.GITHUB_ACTIONS === "true" && env.GITHUB_ACTOR !== undefined) return `${env.GITHUB_ACTOR} on GitHub`;
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? "unknown"}@${hostname()}`;
  }
}
