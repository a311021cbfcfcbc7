import { join } from "node:path";
import { datasetHub } from "../compose.ts";
import { pullDataset } from "../dataset/pull.ts";
import { readEnv } from "../env.ts";
import { bytes } from "../report/format.ts";
import { interruptSignal } from "./interrupt.ts";

/** `quantgate datasets pull`: fetches known datasets from the hub, held to the lock file, and tells their licences. */
export async function pullDatasets(names: readonly string[], options: { readonly offline?: boolean }): Promise<void> {
  const signal = interruptSignal();
  const env = readEnv(process.env);
  const hub = await datasetHub(env, options.offline === true ? { offline: true } : {});
  const folder = join(env.cacheFolder, "datasets");
  for (const name of names) {
    const isTerminal = process.stderr.isTTY === true;
    const dataset = await pullDataset(
      name,
      {
        hub,
        folder,
        onProgress: ({ file, receivedBytes, totalBytes }) => {
          const percent = Math.floor((100 * receivedBytes) / Math.max(1, totalBytes));
          if (isTerminal) process.stderr.write(`\r\u001b[2K${name}: ${file} ${percent} % of ${bytes(totalBytes)}`);
        },
      },
      signal,
    );
    if (isTerminal) process.stderr.write("\r\u001b[2K");
    const { manifest } = dataset;
    const examples = manifest.shots === undefined ? "" : `, ${manifest.shots.items} worked examples`;
    process.stdout.write(
      `${manifest.name}: ${manifest.items} items${examples}\n  licence ${manifest.licence}\n  source  ${manifest.source}\n  folder  ${dataset.folder}\n`,
    );
  }
}
