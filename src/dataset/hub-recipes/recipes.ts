import { ARC_CHALLENGE, ARC_EASY } from "./arc.ts";
import { CNN_DAILYMAIL, DOLLY, HUMANEVAL, IFEVAL, MBPP, SQUAD } from "./generation.ts";
import { HELLASWAG } from "./hellaswag.ts";
import { MMLU } from "./mmlu.ts";
import type { HubRecipe } from "./recipe.ts";

/** What `quantgate datasets pull` knows, by the name the dataset gets. */
export const HUB_RECIPES: ReadonlyMap<string, HubRecipe> = new Map(
  [MMLU, ARC_CHALLENGE, ARC_EASY, HELLASWAG, CNN_DAILYMAIL, SQUAD, HUMANEVAL, MBPP, DOLLY, IFEVAL].map((recipe) => [
    recipe.about.name,
    recipe,
  ]),
);
