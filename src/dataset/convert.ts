import { throwIfAborted } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import { placeholdersOf } from "../domain/placeholder.ts";
import { promptValue } from "../domain/prompt-value.ts";
import { canonicalFields, canonicalRow, templateFields } from "./canonical-row.ts";
import type { Dataset } from "./dataset.ts";
import { type DatasetTarget, DatasetWriter } from "./dataset-writer.ts";
import type { Manifest } from "./manifest.ts";
import { mapRow, type RowPlace } from "./map-row.ts";
import { Problems } from "./problems.ts";
import type { SourceRow } from "./source-row.ts";

/** A dataset to be made from rows of another layout. */
export interface Conversion {
  /** What the manifest will say; `fields` are those of the source rows. */
  readonly about: Omit<Manifest, "items" | "file" | "sha256" | "shots">;
  readonly rows: AsyncIterable<SourceRow>;
  /** Worked examples in the same layout. */
  readonly shots?: AsyncIterable<SourceRow> | undefined;
}

/**
 * Converts rows into a dataset folder: one pass, nothing held but the ids. Either the whole dataset appears or nothing does.
 * Throws one `UsageError` with all problems of the rows (up to a limit), each with file, row and field.
 */
export async function convertDataset(
  { about, rows, shots }: Conversion,
  target: Omit<DatasetTarget, "name">,
  signal: AbortSignal,
): Promise<Dataset> {
  const problems = new Problems();
  const writer = await DatasetWriter.open({ ...target, name: about.name });
  try {
    const items = new RowConverter(about, problems);
    const written = await writer.writeRows("items.jsonl", items.convert(rows, signal));
    const examples = new RowConverter(about, problems);
    const shotsFile =
      shots === undefined ? undefined : await writer.writeRows("shots.jsonl", examples.convert(shots, signal));
    if (written.items === 0 && problems.count === 0) problems.add(`${about.name}: there are no rows`);
    problems.throwIfAny("nothing was written; fix the rows, or the mapping");
    const manifest: Manifest = {
      ...about,
      ...written,
      fields: canonicalFields(about, items.hasSubject),
      ...(shotsFile === undefined || shotsFile.items === 0 ? {} : { shots: shotsFile }),
    };
    return await writer.commit(manifest);
  } finally {
    await writer.discard();
  }
}

/** Maps the rows of one file after the other, keeps their ids unique, and collects what is wrong with them. */
class RowConverter {
  hasSubject = false;
  readonly #about: Conversion["about"];
  readonly #problems: Problems;
  readonly #templates: readonly string[];
  readonly #kept: readonly string[];
  readonly #places = new Map<string, RowPlace>();
  readonly #countBySubject = new Map<string, number>();

  constructor(about: Conversion["about"], problems: Problems) {
    this.#about = about;
    this.#problems = problems;
    this.#templates = [about.prompt, ...Object.values(about.prompts ?? {})];
    this.#kept = templateFields(this.#templates);
  }

  async *convert(rows: AsyncIterable<SourceRow>, signal: AbortSignal): AsyncGenerator<object> {
    let index = 0;
    for await (const source of rows) {
      throwIfAborted(signal);
      const item = this.#map(source, index);
      index += 1;
      if (item !== undefined) yield canonicalRow(item, this.#idOf(item, source.place), this.#kept);
      if (this.#problems.isFull) return;
    }
  }

  #map(source: SourceRow, index: number): Item | undefined {
    const { file, line } = source.place;
    if ("problem" in source) {
      this.#problems.add(`${file}:${line}: ${source.problem}`);
      return undefined;
    }
    const item = this.#problems.caught(() => mapRow(source.row, this.#about, index, source.place));
    if (item === undefined) return undefined;
    for (const name of new Set(this.#templates.flatMap((template) => [...placeholdersOf(template)]))) {
      if (name !== "shots" && promptValue(item, name) === undefined)
        this.#problems.add(`${file}:${line}: the prompt asks for {${name}}, which the row doesn't have`);
    }
    this.hasSubject ||= item.subject !== undefined;
    return item;
  }

  /** The row's own id; without one its number, within its subject where it has one. */
  #idOf(item: Item, place: RowPlace): string {
    const hasId = this.#about.fields.id !== undefined || (item.fields.id ?? "") !== "";
    const id = hasId ? item.id : this.#numberOf(item);
    const before = this.#places.get(id);
    if (before === undefined) this.#places.set(id, place);
    else
      this.#problems.add(
        `${place.file}:${place.line}: the id "${id}" is that of ${before.file}:${before.line}; ids must be unique`,
      );
    return id;
  }

  #numberOf({ subject }: Item): string {
    const count = this.#countBySubject.get(subject ?? "") ?? 0;
    this.#countBySubject.set(subject ?? "", count + 1);
    return subject === undefined ? String(count) : `${subject}-${count}`;
  }
}
