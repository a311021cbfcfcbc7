import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { z } from "zod";
import { messageOf, throwIfAborted } from "../domain/errors.ts";
import { type OnnxDtype, onnxFileName } from "../domain/onnx-dtype.ts";
import { sha256OfFile } from "../files/file-digest.ts";
import { checkedFile, downloadFile } from "../hub/download.ts";
import type { NetworkDeps } from "../hub/http-request.ts";
import { HubError } from "../hub/hub-error.ts";
import type { HubSettings } from "../hub/hub-settings.ts";
import {
  type FileState,
  HubStore,
  type PulledRepository,
  type PullProgress,
  type WantedFile,
} from "../hub/hub-store.ts";
import type { LockFile } from "../hub/lock-file.ts";
import { type Repository, repositoryKey } from "../hub/repository.ts";
import { packageRoot } from "../package-root.ts";
import { type EncoderModel, openEncoderModel } from "./encoder-model.ts";
import { DEMO_ENCODER, type ModelSource, modelSource } from "./model-catalog.ts";
import { ModelError } from "./model-error.ts";
import { type PublishedBaseline, publishedBaseline } from "./published-baselines.ts";
import { scanModelFile } from "./scan-model-file.ts";

export interface ModelStoreOptions {
  readonly settings: HubSettings;
  readonly lock: LockFile;
  readonly network: NetworkDeps;
  /** Where published BERTScore baselines are; default: at their authors'. */
  readonly publishedBaseline?: (model: string) => PublishedBaseline | undefined;
}

/** Which files of a repository make up a model, where they aren't the usual ones. */
export interface ModelFiles {
  /** The .onnx file; default: `onnx/model.onnx`, else `model.onnx`. */
  readonly file?: string;
  /** See EncoderLocation. */
  readonly output?: string;
  /** A language model at this dtype is wanted, not an encoder. */
  readonly dtype?: OnnxDtype;
}

export interface ListedModel {
  readonly name: string;
  /** The commit it is locked to; of the bundled encoder its version. */
  readonly revision: string;
  readonly sizeBytes: number;
  /** Whether all its files are on this machine. */
  readonly complete: boolean;
}

export interface PulledModel {
  readonly folder: string;
  readonly revision: string;
  /** The published BERTScore baseline, fetched with the model: its file, why it isn't there, or that there is none. */
  readonly baseline: { readonly path: string } | { readonly unavailable: string } | "none published";
}

const REQUIRED: readonly WantedFile[] = [
  { file: "config.json" },
  { file: "tokenizer.json" },
  { file: "tokenizer_config.json" },
  { file: "sentence_bert_config.json", optional: true },
];
/** What a language model needs beside its weights. */
const BESIDE_DECODER: readonly WantedFile[] = [
  { file: "config.json" },
  { file: "tokenizer.json" },
  { file: "tokenizer_config.json" },
  { file: "generation_config.json", optional: true },
  { file: "chat_template.jinja", optional: true },
];
const USUAL_ONNX_FILES = ["onnx/model.onnx", "model.onnx"];

const ManifestSchema = z.looseObject({
  version: z.string(),
  files: z.array(z.looseObject({ file: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** Neural models by name: the bundled encoder, models of a hub (fetched once, held to the lock file), and folders. */
export class ModelStore {
  readonly #options: ModelStoreOptions;
  readonly #hub: HubStore;
  readonly #publishedBaseline: (model: string) => PublishedBaseline | undefined;

  constructor(options: ModelStoreOptions) {
    this.#options = options;
    this.#publishedBaseline = options.publishedBaseline ?? publishedBaseline;
    this.#hub = new HubStore({ ...options, pullCommand });
  }

  /** The bundled encoder and all models in the lock file. */
  async list(): Promise<readonly ListedModel[]> {
    const { version, files } = await bundledManifest();
    const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const pulled = await this.#hub.list("model");
    return [
      { name: DEMO_ENCODER, revision: version, sizeBytes, complete: true },
      ...pulled.map(({ key, commit, sizeBytes, complete }) => ({
        name: key.slice("models/".length),
        revision: commit,
        sizeBytes,
        complete,
      })),
    ];
  }

  /** Makes a model be on this machine. Nothing is to be done for bundled models and folders. Throws HubError, ModelError. */
  async pull(
    name: string,
    { file, dtype }: ModelFiles,
    signal: AbortSignal,
    onProgress?: (progress: PullProgress) => void,
  ): Promise<PulledModel> {
    const source = modelSource(name);
    if (source.kind !== "hub") {
      const { folder, revision } = await this.#locate(source);
      return { folder, revision, baseline: "none published" };
    }
    const { repository } = source;
    await this.#hub.pull(repository, dtype === undefined ? REQUIRED : BESIDE_DECODER, signal, onProgress);
    const candidates = file === undefined ? onnxFiles(dtype) : [file];
    const onnxFile = await this.#pullOnnxFile(repository, candidates, signal, onProgress);
    const { folder, commit } = await this.#hub.path(repository);
    const { externalFiles } = await scanModelFile(join(folder, onnxFile), signal);
    const beside = externalFiles.map((external) => ({ file: posix.join(dirname(onnxFile), external) }));
    if (beside.length > 0) await this.#hub.pull(repository, beside, signal, onProgress);
    return { folder, revision: commit, baseline: await this.#pullBaseline(source.name, signal) };
  }

  /** Reads a model's files again and compares them with the lock file or the manifest. A folder has nothing to compare with. */
  async verify(name: string, signal: AbortSignal): Promise<readonly FileState[]> {
    const source = modelSource(name);
    if (source.kind === "hub") return this.#hub.verify(source.repository, signal);
    if (source.kind === "folder")
      throw new ModelError({
        kind: "unsupported",
        message: `${source.folder} is a folder of your own: nothing says what its files should be`,
        hint: "verify models that were pulled",
      });
    const folder = bundledModelFolder(source.name);
    const states: FileState[] = [];
    for (const { file, bytes, sha256 } of (await bundledManifest()).files) {
      const found = await sha256OfFile(join(folder, file), signal);
      states.push({ file, sizeBytes: bytes, state: found === sha256 ? "ok" : "changed" });
    }
    return states;
  }

  /** The model's folder. Throws HubError "not-pulled", which names the command that fetches it. */
  async path(name: string): Promise<string> {
    return (await this.#locate(modelSource(name))).folder;
  }

  /** The model's folder, and the sha256 that the lock file or manifest has of its files. Throws HubError "not-pulled". */
  async locate(name: string): Promise<{ folder: string; digests: PulledRepository["digests"] }> {
    return this.#locate(modelSource(name));
  }

  /** Opens a model that is on this machine; never downloads. Throws HubError "not-pulled", ModelError. */
  async open(name: string, files: ModelFiles, signal: AbortSignal): Promise<EncoderModel> {
    const source = modelSource(name);
    const { folder, revision, digests } = await this.#locate(source).catch((error: unknown) => {
      throw files.file !== undefined && error instanceof HubError && error.kind === "not-pulled"
        ? notPulled(error.message, name, files.file, error)
        : error;
    });
    if (source.kind === "hub" && files.file !== undefined && !Object.hasOwn(digests, files.file))
      throw notPulled(`${files.file} of the model ${name} isn't on this machine`, name, files.file);
    const model = await openEncoderModel({ folder, name: source.name, revision, ...files }, signal);
    for (const [file, digest] of Object.entries(model.digests)) {
      const locked = digests[file];
      if (locked !== undefined && locked !== digest)
        throw new HubError({
          kind: "hash-mismatch",
          message: `${join(folder, file)} isn't the file in the lock file: its sha256 is ${digest}, not ${locked}`,
          hint: `fetch it again with: quantgate models pull ${name}`,
        });
    }
    return model;
  }

  /** The published BERTScore baseline that was fetched with a model. Throws ModelError "missing-file". */
  async baselinePath(name: string): Promise<string> {
    const { name: model } = modelSource(name);
    const path = this.#baselineFile(model);
    const there = await stat(path).then(
      () => true,
      () => false,
    );
    if (!there)
      throw new ModelError({
        kind: "missing-file",
        message: `there is no baseline for ${model} on this machine`,
        hint:
          this.#publishedBaseline(model) === undefined
            ? "none is published for this model: leave `rescale` out"
            : `fetch it with: quantgate models pull ${name}`,
      });
    return path;
  }

  async #locate(
    source: ModelSource,
  ): Promise<{ folder: string; revision: string; digests: PulledRepository["digests"] }> {
    if (source.kind === "hub") {
      const { folder, commit, digests } = await this.#hub.path(source.repository);
      return { folder, revision: commit, digests };
    }
    if (source.kind === "folder") return { folder: source.folder, revision: "local", digests: {} };
    const { version, files } = await bundledManifest();
    const digests = Object.fromEntries(files.map(({ file, sha256 }) => [file, sha256]));
    return { folder: bundledModelFolder(source.name), revision: version, digests };
  }

  async #pullOnnxFile(
    repository: Repository,
    candidates: readonly string[],
    signal: AbortSignal,
    onProgress?: (progress: PullProgress) => void,
  ): Promise<string> {
    for (const candidate of candidates) {
      const { digests } = await this.#hub.pull(repository, [{ file: candidate, optional: true }], signal, onProgress);
      if (Object.hasOwn(digests, candidate)) return candidate;
    }
    throw new ModelError({
      kind: "missing-file",
      message: `${repositoryKey(repository)} has no ${candidates.join(" or ")}`,
      hint: `name its .onnx file, or export the model (optimum-cli export onnx --model ${repository.id} --task feature-extraction ./model) and use the folder ./model`,
    });
  }

  /** Only rescaling needs it, so a model without it is pulled all the same. */
  async #pullBaseline(model: string, signal: AbortSignal): Promise<PulledModel["baseline"]> {
    const published = this.#publishedBaseline(model);
    if (published === undefined) return "none published";
    const { settings, network } = this.#options;
    const path = this.#baselineFile(model);
    const digest = { algorithm: "sha256", hex: published.sha256 } as const;
    try {
      const sizeBytes = await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
      if ((await checkedFile(path, { sizeBytes, digest }, signal)) !== undefined) return { path };
      if (settings.offline) return { unavailable: "offline" };
      const refusal = ({ status }: Response) => new Error(`${published.url} answers ${status}`);
      await downloadFile({ url: published.url, path, digest, refusal }, network, signal);
      return { path };
    } catch (error) {
      throwIfAborted(signal);
      return { unavailable: messageOf(error) };
    }
  }

  #baselineFile(model: string): string {
    return join(this.#options.settings.folder, "bertscore-baselines", "en", `${basename(model)}.tsv`);
  }
}

function notPulled(message: string, name: string, file: string, cause?: unknown): HubError {
  const hint = `fetch it with: quantgate models pull ${name} --file ${file}`;
  return new HubError({ kind: "not-pulled", message, hint, cause });
}

function onnxFiles(dtype: OnnxDtype | undefined): readonly string[] {
  return dtype === undefined ? USUAL_ONNX_FILES : [`onnx/${onnxFileName(dtype)}`, onnxFileName(dtype)];
}

function pullCommand({ id, revision }: Repository): string {
  return `quantgate models pull ${id}${revision === "main" ? "" : `@${revision}`}`;
}

async function bundledManifest() {
  const path = join(bundledModelFolder(DEMO_ENCODER), "manifest.json");
  return ManifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
}

/** Folder of a model that comes with this package. */
function bundledModelFolder(name: string): string {
  return join(packageRoot(), "models", name);
}
