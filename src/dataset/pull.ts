import { join } from "node:path";
import { UsageError } from "../domain/errors.ts";
import type { HubStore, PullProgress } from "../hub/hub-store.ts";
import { parseRepository } from "../hub/repository.ts";
import { convertDataset } from "./convert.ts";
import type { Dataset } from "./dataset.ts";
import type { HubRecipe, Row } from "./hub-recipes/recipe.ts";
import { HUB_RECIPES } from "./hub-recipes/recipes.ts";
import { readRows } from "./read-rows.ts";
import type { SourceRow } from "./source-row.ts";

export interface PullOptions {
  readonly hub: Pick<HubStore, "pull">;
  /** Folder of datasets, where specs find them by name. */
  readonly folder: string;
  readonly onProgress?: (progress: PullProgress) => void;
}

/** A known dataset, and the revision of its repository that is wanted. */
interface Wanted {
  readonly recipe: HubRecipe;
  readonly revision: string;
}

/**
 * Fetches a dataset's files from the hub, held to the lock file, and converts them. Files that are there already are not fetched again.
 * Throws `UsageError` for a name that isn't known, `HubError` when the files can't be had or aren't what the lock says.
 */
export async function pullDataset(name: string, options: PullOptions, signal: AbortSignal): Promise<Dataset> {
  const { recipe, revision } = wantedBy(name);
  const repository = parseRepository(`${recipe.repository}@${revision}`, "dataset");
  const files = [...recipe.items, ...(recipe.shots ?? [])];
  const pulled = await options.hub.pull(
    repository,
    files.map((file) => ({ file })),
    signal,
    options.onProgress,
  );
  const rowsOf = (names: readonly string[]) =>
    preparedRows(
      names.map((file) => join(pulled.folder, file)),
      recipe,
      signal,
    );
  try {
    return await convertDataset(
      {
        about: { ...recipe.about, source: `${recipe.about.source}/tree/${pulled.commit}` },
        rows: rowsOf(recipe.items),
        ...(recipe.shots === undefined ? {} : { shots: rowsOf(recipe.shots) }),
      },
      { folder: options.folder, replace: true },
      signal,
    );
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new UsageError(`${recipe.about.name}: the hub's files aren't laid out as they were:\n${cause.message}`, {
      cause,
      hint: `pull an earlier revision: quantgate datasets pull ${recipe.about.name}@<commit>`,
    });
  }
}

function wantedBy(name: string): Wanted {
  const [known = "", revision = "main"] = name.split("@", 2);
  const recipe = HUB_RECIPES.get(known);
  if (recipe === undefined)
    throw new UsageError(`"${known}" is no dataset that can be pulled`, {
      hint: `known are: ${[...HUB_RECIPES.keys()].join(", ")}; other files: quantgate datasets import`,
    });
  return { recipe, revision };
}

async function* preparedRows(
  paths: readonly string[],
  { prepare }: HubRecipe,
  signal: AbortSignal,
): AsyncGenerator<SourceRow> {
  for (const path of paths) {
    for await (const source of readRows(path, {}, signal)) {
      const isObject = "row" in source && typeof source.row === "object" && source.row !== null;
      if (prepare === undefined || !isObject) {
        yield source;
        continue;
      }
      const row = prepare(source.row as Row);
      if (row !== undefined) yield { place: source.place, row };
    }
  }
}
