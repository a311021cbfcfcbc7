import { basename } from "node:path";
import { embedded, serverless } from "../domain/backend-kind.ts";
import type { VariantIdentity } from "../domain/record.ts";
import type { ResolvedTask, ResolvedVariant } from "../spec/resolved.ts";
import type { RunManifest, TaskFacts } from "../store/manifest.ts";

/** What can change between two runs, from the likeliest cause of other answers to the least likely. */
export const CHANGE_KINDS = [
  "weights",
  "quantization",
  "template",
  "dataset",
  "task",
  "sampling",
  "backend",
  "setting",
  "build",
  "scorer",
  "program",
  "host",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One thing that isn't as it was. */
export interface Change {
  readonly kind: ChangeKind;
  /** What changed, in words: "weights digest", "threads". */
  readonly field: string;
  readonly before: string;
  readonly after: string;
  /** Variants (of the newer run) or tasks it concerns; none: the whole run. */
  readonly where: readonly string[];
}

/** A variant of one run and the variant of another that it is compared with. */
export interface VariantPair {
  readonly reference: ResolvedVariant;
  readonly newer: ResolvedVariant;
}

const NOT_TOLD = "not told";
const NONE = "none";

/** Settings of a backend that say nothing about answers, or are told elsewhere. */
const SILENT = new Set([
  "type",
  "timeouts",
  "retries",
  "outageMs",
  "keepAlive",
  "stream",
  "apiKeyEnv",
  "apiKeyFile",
  "headersFromEnv",
  "file",
]);
/** The embedded backend answers the same whatever its concurrency. */
const SILENT_EMBEDDED = new Set([...SILENT, "concurrency"]);
/** Fields of a task that are compared by other means. */
const TOLD_ELSEWHERE = new Set(["name", "dataset", "prompt"]);

/**
 * Everything that differs between two runs and may move answers or scores, the likeliest cause first; the same change of several variants or
 * tasks is told once. Tasks are matched by name, variants by the given pairs.
 */
export function changesBetween(
  reference: RunManifest,
  newer: RunManifest,
  pairs: readonly VariantPair[],
): readonly Change[] {
  const changes = [
    ...pairs.flatMap((pair) => variantChanges(pair, reference, newer)),
    ...newer.spec.tasks.flatMap((task) => {
      const before = reference.spec.tasks.find((each) => each.name === task.name);
      return before === undefined ? [] : taskChanges(before, task, reference, newer);
    }),
    ...differences([
      ["sampling", "seed", reference.spec.seed, newer.spec.seed],
      ["program", "quantgate", reference.versions.quantgate, newer.versions.quantgate],
      ["program", "Node.js", reference.versions.node, newer.versions.node],
      ["host", "host", hostOf(reference), hostOf(newer)],
    ]),
  ];
  return merge(changes).toSorted((a, b) => CHANGE_KINDS.indexOf(a.kind) - CHANGE_KINDS.indexOf(b.kind));
}

/** Whether a change could be why answers or scores are others; another host or version of Node.js alone is no reason to expect it. */
export function mayMatter({ kind, field }: Change): boolean {
  return kind !== "host" && !(kind === "program" && field === "Node.js");
}

function variantChanges({ reference, newer }: VariantPair, before: RunManifest, after: RunManifest): Change[] {
  const [was, is] = [before.identities[reference.id], after.identities[newer.id]];
  const sameWeights = was?.weightsDigest !== undefined && was.weightsDigest === is?.weightsDigest;
  const settings = [was, is].map((identity) => identity?.settings ?? {});
  const told = new Set(settings.flatMap((each) => Object.keys(each)));
  const silent = embedded(newer.backend) ? SILENT_EMBEDDED : SILENT;
  const configs = [reference, newer].map((variant) => without(variant.backend, new Set([...silent, ...told])));
  return differences(
    [
      ["weights", "weights digest", was?.weightsDigest ?? NOT_TOLD, is?.weightsDigest ?? NOT_TOLD],
      // A file that was only moved or renamed has the same digest.
      ...(sameWeights
        ? []
        : ([
            ["weights", "model file or name", sourceOf(reference), sourceOf(newer)],
            ["weights", "quantization by the file or server", metadata(was)?.quantization, metadata(is)?.quantization],
            ["weights", "parameters", metadata(was)?.parameters, metadata(is)?.parameters],
          ] as const)),
      ["quantization", "quantization", reference.quantization, newer.quantization],
      ["backend", "backend", reference.backend.type, newer.backend.type],
      ["build", "backend build", was?.build ?? NOT_TOLD, is?.build ?? NOT_TOLD],
      ...byKey(configs[0] ?? {}, configs[1] ?? {}, settingKind),
      ...byKey(without(settings[0] ?? {}, silent), without(settings[1] ?? {}, silent), settingKind),
    ],
    newer.id,
  );
}

function taskChanges(
  before: ResolvedTask,
  after: ResolvedTask,
  reference: RunManifest,
  newer: RunManifest,
): readonly Change[] {
  const [was, is] = [factsOf(reference, after.name), factsOf(newer, after.name)];
  const [signed, signs] = [reference.signatures[after.name] ?? {}, newer.signatures[after.name] ?? {}];
  return differences(
    [
      ["template", "prompt template", before.prompt, after.prompt],
      ["dataset", "dataset", before.dataset.manifest.name, after.dataset.manifest.name],
      ["dataset", "dataset sha256", before.dataset.manifest.sha256, after.dataset.manifest.sha256],
      ["dataset", "worked examples' sha256", was?.shots?.sha256, is?.shots?.sha256],
      ["dataset", "sampled items' sha256", was?.sample?.idsSha256, is?.sample?.idsSha256],
      ...byKey(without(before, TOLD_ELSEWHERE), without(after, TOLD_ELSEWHERE), () => "task"),
      ...byKey(signed, signs, () => "scorer"),
    ],
    after.name,
  );
}

type Compared = readonly [kind: ChangeKind, field: string, before: unknown, after: unknown];

function differences(compared: readonly Compared[], where?: string): Change[] {
  return compared.flatMap(([kind, field, before, after]) => {
    const [was, is] = [wordsOf(before), wordsOf(after)];
    return was === is ? [] : [{ kind, field, before: was, after: is, where: where === undefined ? [] : [where] }];
  });
}

function byKey(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  kindOf: (key: string) => ChangeKind,
): readonly Compared[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.map((key) => [kindOf(key), key, before[key], after[key]]);
}

function settingKind(key: string): ChangeKind {
  if (/template/i.test(key)) return "template";
  return key === "system" ? "host" : "setting";
}

/** Told once where several variants or tasks changed alike. */
function merge(changes: readonly Change[]): readonly Change[] {
  const merged = new Map<string, Change>();
  for (const change of changes) {
    const key = JSON.stringify([change.kind, change.field, change.before, change.after]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? change : { ...known, where: [...known.where, ...change.where] });
  }
  return [...merged.values()];
}

function without(object: object, keys: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}

/** Folders differ from machine to machine; the name is what counts. */
function sourceOf({ source, backend }: ResolvedVariant): string {
  return serverless(backend) ? basename(source) : source;
}

function metadata(identity: VariantIdentity | undefined): VariantIdentity["metadata"] | undefined {
  return identity?.metadata;
}

function factsOf(manifest: RunManifest, task: string): TaskFacts | undefined {
  return manifest.tasks.find((facts) => facts.task === task);
}

function hostOf({ host }: RunManifest): string {
  return `${host.platform}, ${host.cpu}`;
}

function wordsOf(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return NONE;
  return typeof value === "string" ? value : JSON.stringify(value);
}
