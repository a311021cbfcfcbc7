import { createHash } from "node:crypto";
import { throwIfAborted } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import { listsChoices, unlistedChoices } from "../domain/lists-choices.ts";
import { placeholdersOf, SHOTS_PLACEHOLDER } from "../domain/placeholder.ts";
import { promptValue } from "../domain/prompt-value.ts";
import { renderTemplate } from "../domain/template.ts";
import { normalText, questionText } from "./comparable-text.ts";
import type { Dataset } from "./dataset.ts";
import { type ItemSource, openItems } from "./item-source.ts";
import { NearDuplicateIndex, sketchOf } from "./minhash.ts";
import { Problems } from "./problems.ts";
import { shotsDataset } from "./shots.ts";

/** What was found in a dataset. */
export interface DatasetCheck {
  readonly items: number;
  readonly shots: number;
  /** What a run would stumble over, each with file, row and field; up to a limit. */
  readonly problems: readonly string[];
  /** What makes results doubtful: questions asked twice, or answered by a worked example. */
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly kind: "duplicate" | "contradiction" | "leak" | "near-leak" | "no-reference" | "equal-choices" | "encoding";
  readonly count: number;
  /** The first few, in words. */
  readonly examples: readonly string[];
}

const EXAMPLES = 5;
/** Shared 5-character shingles from which a worked example gives a question away. */
const NEAR = 0.8;

/**
 * Reads a whole dataset once and checks every row and prompt, that ids are unique, and that no question is asked twice or shown among the
 * worked examples. Memory holds a hash per item and the worked examples' sketches. Throws `UsageError` when the files can't be read at all.
 */
export async function checkDataset(dataset: Dataset, signal: AbortSignal): Promise<DatasetCheck> {
  const check = new Check(dataset.manifest.prompt);
  const templates = [dataset.manifest.prompt, ...Object.values(dataset.manifest.prompts ?? {})];
  const byLetters = dataset.manifest.defaults.protocol === "letter-logprob";
  const own = dataset.manifest.prompt.replace(SHOTS_PLACEHOLDER, "");
  let listed = false;
  const examples = shotsDataset(dataset);
  const shots =
    examples === undefined ? 0 : await forEachItem(examples, check.problems, (item) => check.addShot(item), signal);
  const items = await forEachItem(
    dataset,
    check.problems,
    (item) => {
      for (const template of templates) check.renders(item, template);
      check.addItem(item);
      if (byLetters && check.problems.all().length === 0) listed ||= listsChoices(renderTemplate(own, item), item);
    },
    signal,
  );
  if (byLetters && items > 0 && !listed && !check.problems.isFull && check.problems.all().length === 0) {
    const { message, hint } = unlistedChoices(dataset.manifest.name);
    check.problems.add(`${message}: ${hint ?? ""}`);
  }
  return { items, shots, problems: check.problems.all(), warnings: check.warnings() };
}

async function forEachItem(
  dataset: Dataset,
  problems: Problems,
  visit: (item: Item) => void,
  signal: AbortSignal,
): Promise<number> {
  const source: ItemSource = await openItems(dataset, signal);
  try {
    for (let index = 0; index < source.count && !problems.isFull; index += 1) {
      if (index % 1000 === 0) throwIfAborted(signal);
      const item = await problems.caughtAsync(() => source.item(index));
      if (item !== undefined) visit(item);
    }
    return source.count;
  } finally {
    await source.close();
  }
}

class Check {
  readonly problems = new Problems();
  readonly #template: string;
  readonly #ids = new Set<string>();
  /** First item that asks a question, and a hash of its answer. */
  readonly #asked = new Map<string, { readonly id: string; readonly answer: string }>();
  readonly #shown = new Map<string, string>();
  readonly #nearlyShown = new NearDuplicateIndex<string>(NEAR);
  readonly #warnings = new Map<Warning["kind"], { count: number; examples: string[] }>();

  constructor(template: string) {
    this.#template = template;
  }

  addShot(shot: Item): void {
    const text = questionText(shot, this.#template);
    this.#shown.set(hash(text), shot.id);
    this.#nearlyShown.add(sketchOf(text), shot.id);
  }

  renders(item: Item, template: string): void {
    for (const name of placeholdersOf(template)) {
      if (name !== "shots" && promptValue(item, name) === undefined)
        this.problems.add(`item "${item.id}": the prompt asks for {${name}}, which the row doesn't have`);
    }
  }

  addItem(item: Item): void {
    if (this.#ids.has(item.id)) this.problems.add(`item "${item.id}": another item has the same id`);
    this.#ids.add(item.id);
    const text = questionText(item, this.#template);
    this.#compareWithItems(item, hash(text));
    this.#compareWithShots(item, text);
    if (item.type === "generation" && item.references.length === 0) this.#warn("no-reference", `"${item.id}"`);
    if (
      item.type === "multiple-choice" &&
      new Set(item.choices.map(({ text }) => text.trim())).size < item.choices.length
    )
      this.#warn("equal-choices", `"${item.id}"`);
    if (Object.values(item.fields).some((value) => value.includes("\uFFFD"))) this.#warn("encoding", `"${item.id}"`);
  }

  #compareWithItems(item: Item, key: string): void {
    const answer = hash(answerOf(item));
    const first = this.#asked.get(key);
    if (first === undefined) this.#asked.set(key, { id: item.id, answer });
    else this.#warn(first.answer === answer ? "duplicate" : "contradiction", `"${item.id}" and "${first.id}"`);
  }

  #compareWithShots(item: Item, text: string): void {
    if (this.#shown.size === 0) return;
    const same = this.#shown.get(hash(text));
    const near = same ?? this.#nearlyShown.find(sketchOf(text));
    if (near !== undefined) this.#warn(same === undefined ? "near-leak" : "leak", `"${item.id}" by "${near}"`);
  }

  #warn(kind: Warning["kind"], example: string): void {
    const found = this.#warnings.get(kind) ?? { count: 0, examples: [] };
    found.count += 1;
    if (found.examples.length < EXAMPLES) found.examples.push(example);
    this.#warnings.set(kind, found);
  }

  warnings(): readonly Warning[] {
    return [...this.#warnings].map(([kind, found]) => ({ kind, ...found }));
  }
}

function answerOf(item: Item): string {
  return normalText(item.type === "generation" ? item.references.join("\n") : (item.choices[item.answer]?.text ?? ""));
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64").slice(0, 16);
}
