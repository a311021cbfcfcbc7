import { realBackendDeps } from "../../src/backend/real-deps.ts";
import type { BackendDeps } from "../../src/backend/server-backend.ts";

/** Real time, no cache, and of the environment only what a test gives. */
export function testDeps(env: Readonly<Record<string, string>> = {}, cacheFolder?: string): BackendDeps {
  const noHub = async (name: string): Promise<never> => {
    throw new Error(`no model ${name} was pulled`);
  };
  return realBackendDeps(env, noHub, cacheFolder);
}
