import { type CacheStatistics, cacheStatistics, clearCache } from "../backend/answer-cache.ts";
import { readEnv } from "../env.ts";
import { bytes } from "../report/format.ts";

/** `quantgate cache stats`: how many answers are kept between runs, and where. */
export async function cacheStats(options: { readonly json?: boolean }): Promise<void> {
  const { cacheFolder } = readEnv(process.env);
  tell(await cacheStatistics(cacheFolder), options);
}

/** `quantgate cache clear`: forgets kept answers; runs on disk are not touched. */
export async function cacheClear(options: { readonly json?: boolean }): Promise<void> {
  const { cacheFolder } = readEnv(process.env);
  tell(await clearCache(cacheFolder), options, "cleared ");
}

function tell(statistics: CacheStatistics, options: { readonly json?: boolean }, verb = ""): void {
  if (options.json === true) process.stdout.write(`${JSON.stringify(statistics)}\n`);
  else
    process.stdout.write(`${verb}${statistics.answers} answers, ${bytes(statistics.bytes)}, in ${statistics.folder}\n`);
}
