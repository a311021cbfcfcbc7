import { createRequire } from "node:module";

export type Library = typeof import("@huggingface/transformers");

let loaded: Library | undefined;

/**
 * transformers.js, which reads files on this machine and asks no hub: models of a hub are fetched by `quantgate models pull`, held to the lock file.
 * Its own cache would be looked at before an absolute path. Loaded when it is first used, by `require`: 40,000 lines that need no loader of modules.
 */
export function library(): Library {
  if (loaded === undefined) {
    loaded = createRequire(import.meta.url)("@huggingface/transformers") as Library;
    loaded.env.allowRemoteModels = false;
    loaded.env.useFSCache = false;
    loaded.env.logLevel = loaded.LogLevel.NONE;
  }
  return loaded;
}
