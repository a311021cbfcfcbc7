import type { Manifest } from "../dataset/manifest.ts";
import { UsageError } from "../domain/errors.ts";
import { placeholdersOf, SHOTS_PLACEHOLDER } from "../domain/placeholder.ts";
import { assertHasPlaceholder } from "../domain/template.ts";

/** The template of a task: the manifest's own, one of its named ones, or what the spec says. Throws `UsageError` for one that is no template. */
export function choosePrompt(manifest: Manifest, asked: string | undefined): string {
  const { prompts = {} } = manifest;
  if (asked !== undefined && Object.hasOwn(prompts, asked)) return prompts[asked] ?? asked;
  const names = Object.keys(prompts);
  const prompt = asked ?? manifest.prompt;
  if (names.length > 0 && /^[a-z0-9][a-z0-9-]*$/.test(prompt))
    throw new UsageError(`dataset ${manifest.name} has no prompt named "${prompt}"`, {
      hint: `it has: ${names.join(", ")}; a template of your own has a {placeholder}`,
    });
  assertHasPlaceholder(prompt);
  return prompt;
}

/** Throws `UsageError` when worked examples are asked for that the dataset or the prompt has no place for. */
export function assertCanShow(shots: number, manifest: Manifest, prompt: string): void {
  if (shots === 0) return;
  if (manifest.shots === undefined)
    throw new UsageError(`dataset ${manifest.name} has no worked examples`, { hint: "leave out `shots`" });
  if (!placeholdersOf(prompt).has("shots"))
    throw new UsageError(`the prompt has no ${SHOTS_PLACEHOLDER}, where the worked examples would go`, {
      hint: `put ${SHOTS_PLACEHOLDER} before the question`,
    });
}
