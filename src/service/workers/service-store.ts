import { openStore } from "../../compose.ts";
import { readEnv } from "../../env.ts";

/** The store that the environment names. */
export function openServiceStore() {
  return openStore(readEnv(process.env).runsFolder);
}
