import type { ExampleAnswer, Tone } from "./document.ts";

/** Signs beside words, so that colour isn't all that tells outcomes apart. */
export const TONE_SIGNS: Readonly<Record<Tone, string>> = { pass: "✓", fail: "✗", inconclusive: "?", reference: "◆" };

/** Before the name of who gave an answer. */
export const MARK_SIGNS: Readonly<Record<ExampleAnswer["mark"], string>> = { right: "✓ ", wrong: "✗ ", unmarked: "" };
