interface ItemBase {
  /** Stable id, unique in its dataset. */
  readonly id: string;
  /** Position in the task's sample, from 0. The same for every variant of a run. */
  readonly index: number;
  /** Sub-category for breakdowns (an MMLU subject). */
  readonly subject?: string;
  /** Items that share a passage share a group: they are one cluster for the statistics. */
  readonly group?: string;
  /** The row's own scalar fields, for prompt templates. */
  readonly fields: Readonly<Record<string, string>>;
  /** Worked examples that stand before the item in its prompt: the same list for all items of a subject. Absent: none. */
  readonly shots?: readonly Item[];
}

export interface Choice {
  readonly label: string;
  readonly text: string;
}

export interface MultipleChoiceItem extends ItemBase {
  readonly type: "multiple-choice";
  readonly question: string;
  readonly choices: readonly Choice[];
  /** Index of the right choice in `choices`. */
  readonly answer: number;
}

export interface GenerationItem extends ItemBase {
  readonly type: "generation";
  /** What the model is asked, before the task's template is applied. */
  readonly instruction: string;
  /** Accepted answers; empty where the task has none. */
  readonly references: readonly string[];
}

export type Item = MultipleChoiceItem | GenerationItem;
export type TaskType = Item["type"];

/** Kinds of generation task; each has its metrics (see `score/metrics-by-kind.ts`). */
export const GENERATION_KINDS = ["summarization", "qa", "code", "chat", "classification"] as const;
export type GenerationKind = (typeof GENERATION_KINDS)[number];
