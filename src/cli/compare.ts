import { stat, writeFile } from "node:fs/promises";
import { matchRuns, variantsNamed } from "../analyze/match-runs.ts";
import { openStore } from "../compose.ts";
import { EXIT, UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { loadPolicy } from "../gate/policies.ts";
import { lastPassing, runNamed } from "../pipeline/find-baseline.ts";
import { type InvestigationOptions, investigate } from "../pipeline/investigate.ts";
import { LAST_PASSING } from "../pipeline/named-baselines.ts";
import type { Investigation } from "../report/investigation.ts";
import type { ResolvedSpec, ResolvedVariant } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import { readManifest } from "../store/read-manifest.ts";
import type { RunStore } from "../store/run-store.ts";
import { interruptSignal } from "./interrupt.ts";

interface CompareOptions {
  readonly runs?: string;
  readonly policy?: readonly string[];
  /** Variants of the newer run. */
  readonly variant?: readonly string[];
  /** The reference run's variant that they are compared with. */
  readonly baselineVariant?: string;
  readonly unpaired?: boolean;
  readonly markdown?: string;
  readonly html?: string;
  readonly rerun?: string;
  readonly json?: boolean;
}

/** `quantgate compare`: what a newer run changed against a reference run. Exits 1 when a regression is confirmed, 3 when it can't be told. */
export async function compare(referenceName: string, newerName: string, options: CompareOptions): Promise<void> {
  if (await bothAreFiles(referenceName, newerName)) return compareResults(referenceName, newerName, options);
  const store = openStore(options.runs ?? readEnv(process.env).runsFolder);
  const newer = await store.open(await runNamed(newerName, store));
  const after = await readManifest(newer);
  const reference = await store.open(await referenceRun(referenceName, after, store));
  const before = await readManifest(reference);
  const policy = await loadPolicy(options.policy ?? after.spec.policy);
  const found = await investigate(reference, newer, store, {
    policy,
    ...pairsOf(before.spec, after.spec, options),
    unpaired: options.unpaired ?? false,
    signal: interruptSignal(),
  });
  await tell(found, options);
}

/** Results of other tools, compared without importing them first. */
async function compareResults(reference: string, newer: string, options: CompareOptions): Promise<void> {
  const signal = interruptSignal();
  const { withResults } = await import("./compare-results.ts");
  await withResults([reference, newer], signal, async (compared) => {
    const found = await investigate(compared.reference, compared.newer, compared.store, {
      policy: await loadPolicy(options.policy ?? "accuracy-only"),
      pairs: [compared.pair],
      unmatched: { reference: [], newer: [] },
      unpaired: options.unpaired ?? false,
      signal,
    });
    await tell(found, options);
  });
}

/** `LABEL=PATH` or a path, of files that are there; runs and baselines are names. */
async function bothAreFiles(...names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const path = name.replace(/^[^=/\\]+=/, "");
    const isPath = /[\\/=]/.test(name);
    if (!isPath || (await stat(path).catch(() => undefined)) === undefined) return false;
  }
  return true;
}

async function tell(found: Investigation, options: CompareOptions): Promise<void> {
  await writeFiles(found, options);
  await print(found, options);
  const { conclusion } = found.comparison;
  process.exitCode =
    conclusion === "regression" ? EXIT.failed : conclusion === "not-compared" ? EXIT.inconclusive : EXIT.pass;
}

async function referenceRun(name: string, { spec, id }: RunManifest, store: RunStore): Promise<string> {
  if (name !== LAST_PASSING) return runNamed(name, store);
  const model = spec.models[0]?.name ?? "";
  const found = await lastPassing(model, store, { before: id });
  if (found === undefined) throw new UsageError(`no run of ${model} before ${id} has passed`);
  return found;
}

/** All variants that both runs have, or those that were asked for. */
function pairsOf(
  reference: ResolvedSpec,
  newer: ResolvedSpec,
  { variant, baselineVariant }: CompareOptions,
): Pick<InvestigationOptions, "pairs" | "unmatched"> {
  if (baselineVariant !== undefined) {
    if (variant === undefined)
      throw new UsageError("--baseline-variant needs --variant: which variant of the newer run is compared with it?");
    const against = chosen(baselineVariant, reference, "--baseline-variant");
    const [only, ...others] = against;
    if (only === undefined || others.length > 0)
      throw new UsageError(`--baseline-variant: "${baselineVariant}" means several variants`, {
        hint: `name one of ${against.map(({ id }) => id).join(", ")}`,
      });
    const pairs = variant
      .flatMap((name) => chosen(name, newer, "--variant"))
      .map((each) => ({ reference: only, newer: each }));
    return { pairs, unmatched: { reference: [], newer: [] } };
  }
  const { pairs, onlyReference, onlyNewer } = matchRuns(reference, newer);
  const wanted = new Set(variant?.flatMap((name) => chosen(name, newer, "--variant").map(({ id }) => id)));
  const kept = variant === undefined ? pairs : pairs.filter((pair) => wanted.has(pair.newer.id));
  if (kept.length === 0)
    throw new UsageError("the two runs have no such variant in common", {
      hint: "--baseline-variant and --variant compare variants of other names",
    });
  return {
    pairs: kept,
    unmatched: variant === undefined ? { reference: onlyReference, newer: onlyNewer } : { reference: [], newer: [] },
  };
}

function chosen(name: string, spec: ResolvedSpec, where: string): readonly ResolvedVariant[] {
  const found = variantsNamed(name, spec);
  if (found.length > 0) return found;
  throw new UsageError(`${where}: no variant "${name}" in the run`, {
    hint: `it has ${spec.models.flatMap((model) => model.variants.map(({ id }) => id)).join(", ")}`,
  });
}

async function writeFiles(found: Investigation, { markdown, html, rerun }: CompareOptions): Promise<void> {
  if (markdown !== undefined || html !== undefined) {
    const { renderComparisonHtml, renderComparisonMarkdown } = await import("../report/comparison-files.ts");
    if (markdown !== undefined) await save(markdown, renderComparisonMarkdown(found));
    if (html !== undefined) await save(html, renderComparisonHtml(found));
  }
  if (rerun !== undefined && found.rerun !== undefined) {
    const { specYaml } = await import("../report/comparison-spec.ts");
    await save(rerun, specYaml(found.rerun.spec));
  }
}

async function print(found: Investigation, { json, rerun }: CompareOptions): Promise<void> {
  if (json === true) {
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const { renderComparison } = await import("../report/comparison-terminal.ts");
  const text = renderComparison(found, {
    columns: process.stdout.columns ?? 80,
    color: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    ...(rerun === undefined ? {} : { rerunFile: rerun }),
  });
  process.stdout.write(`${text}\n`);
}

async function save(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: unknown) => {
    throw new UsageError(`${path}: can't be written`, { cause });
  });
}
