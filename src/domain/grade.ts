import type { Figure } from "./protocol.ts";

/** What the model itself got wrong; all of them count as wrong. `incorrect`: a clear answer that isn't the right one. */
export const WRONG_CAUSES = ["incorrect", "unparsed", "empty", "truncated"] as const;
export type WrongCause = (typeof WRONG_CAUSES)[number];

/** What the infrastructure kept from us; the item says nothing about the model. */
export const MISSING_CAUSES = ["errored", "letter-not-in-top-k"] as const;
export type MissingCause = (typeof MISSING_CAUSES)[number];

/** How one multiple-choice item ended, by its task's primary figure, with every figure's own mark. */
export type Grade =
  | { readonly kind: "right"; readonly chosen: string; readonly figures: Readonly<Partial<Record<Figure, boolean>>> }
  | {
      readonly kind: "wrong";
      readonly cause: WrongCause;
      /** The label that was chosen, where one was. */
      readonly chosen?: string;
      readonly figures: Readonly<Partial<Record<Figure, boolean>>>;
    }
  | { readonly kind: "missing"; readonly cause: MissingCause };
