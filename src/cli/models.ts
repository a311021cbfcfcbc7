import { modelStore } from "../compose.ts";
import { EXIT, UsageError } from "../domain/errors.ts";
import { ONNX_DTYPES, type OnnxDtype, parseDtype } from "../domain/onnx-dtype.ts";
import { readEnv } from "../env.ts";
import { bytes } from "../report/format.ts";
import { interruptSignal } from "./interrupt.ts";

/** `quantgate models list`: the bundled encoder and what was pulled. */
export async function listModels(options: { readonly json?: boolean }): Promise<void> {
  const models = await (await modelStore(readEnv(process.env))).list();
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(models, null, 2)}\n`);
    return;
  }
  const width = Math.max(...models.map(({ name }) => name.length));
  for (const { name, revision, sizeBytes, complete } of models) {
    process.stdout.write(
      `${name.padEnd(width)}  ${revision.slice(0, 12).padEnd(12)}  ${bytes(sizeBytes).padStart(9)}${complete ? "" : "  not on this machine"}\n`,
    );
  }
}

/** `quantgate models pull`: fetches models from the hub, held to the lock file. */
export async function pullModels(
  names: readonly string[],
  options: { readonly offline?: boolean; readonly file?: string; readonly dtype?: string },
): Promise<void> {
  const files = { ...(options.file === undefined ? {} : { file: options.file }), ...dtypeOption(options.dtype) };
  const env = readEnv(process.env);
  const signal = interruptSignal();
  const store = await modelStore(env, options.offline === true ? { offline: true } : {});
  for (const name of names) {
    let last = "";
    const { folder, revision, baseline } = await store.pull(
      name,
      files,
      signal,
      ({ file, receivedBytes, totalBytes }) => {
        const line = `${name}: ${file} ${Math.floor((100 * receivedBytes) / Math.max(1, totalBytes))} % of ${bytes(totalBytes)}`;
        if (line !== last && process.stderr.isTTY === true) process.stderr.write(`\r\u001b[2K${line}`);
        last = line;
      },
    );
    if (process.stderr.isTTY === true) process.stderr.write("\r\u001b[2K");
    process.stdout.write(`${name} ${revision.slice(0, 12)} → ${folder}\n`);
    if (typeof baseline === "object" && "unavailable" in baseline) {
      process.stderr.write(
        `${name}: its published baseline for rescaling could not be fetched: ${baseline.unavailable}\n`,
      );
    }
  }
}

function dtypeOption(name: string | undefined): { readonly dtype?: OnnxDtype } {
  if (name === undefined) return {};
  const dtype = parseDtype(name.toLowerCase());
  if (dtype !== undefined) return { dtype };
  throw new UsageError(`--dtype: there is no dtype "${name}"`, { hint: `there are ${ONNX_DTYPES.join(", ")}` });
}

/** `quantgate models verify`: reads files again and compares them with the lock. Exits 1 when one is missing or changed. */
export async function verifyModels(names: readonly string[]): Promise<void> {
  const signal = interruptSignal();
  const store = await modelStore(readEnv(process.env));
  const all = names.length > 0 ? names : (await store.list()).map(({ name }) => name);
  for (const name of all) {
    for (const { file, state, sizeBytes } of await store.verify(name, signal)) {
      process.stdout.write(`${state.padEnd(7)}  ${name}/${file}  ${bytes(sizeBytes)}\n`);
      if (state !== "ok") process.exitCode = EXIT.failed;
    }
  }
}

/** `quantgate models path`: the folder a model lies in. */
export async function modelPath(name: string): Promise<void> {
  process.stdout.write(`${await (await modelStore(readEnv(process.env))).path(name)}\n`);
}
