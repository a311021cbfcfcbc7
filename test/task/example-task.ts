import type { Manifest } from "../../src/dataset/manifest.ts";
import type { GenerationItem, MultipleChoiceItem } from "../../src/domain/item.ts";
import type { GenerationTask, MultipleChoiceTask } from "../../src/spec/resolved.ts";
import { exampleManifest } from "../dataset/example-manifest.ts";

const QUIZ_PROMPT = "Question: {question}\nAnswer:";

export function quizTask(entries: Partial<MultipleChoiceTask> = {}): MultipleChoiceTask {
  return {
    name: "quiz",
    type: "multiple-choice",
    dataset: datasetOf({ type: "multiple-choice" }),
    prompt: QUIZ_PROMPT,
    items: 1,
    maxTokens: 8,
    stop: [],
    protocol: "continuation-logprob",
    primary: "acc",
    ...entries,
  };
}

export function writingTask(entries: Partial<GenerationTask> = {}): GenerationTask {
  return {
    name: "writing",
    type: "generation",
    dataset: datasetOf({}),
    prompt: "{prompt}",
    items: 1,
    maxTokens: 64,
    stop: ["\n"],
    kind: "qa",
    postFilters: [],
    ...entries,
  };
}

export function quizItem(entries: Partial<MultipleChoiceItem> = {}): MultipleChoiceItem {
  return {
    type: "multiple-choice",
    id: "q1",
    index: 0,
    question: "Which is red?",
    choices: [
      { label: "A", text: "grass" },
      { label: "B", text: "blood" },
      { label: "C", text: "sky" },
      { label: "D", text: "snow" },
    ],
    answer: 1,
    fields: {},
    ...entries,
  };
}

export function writingItem(entries: Partial<GenerationItem> = {}): GenerationItem {
  return {
    type: "generation",
    id: "w1",
    index: 0,
    instruction: "Say yes.",
    references: ["yes"],
    fields: {},
    ...entries,
  };
}

function datasetOf(entries: Partial<Manifest>) {
  return { folder: "/nowhere", manifest: exampleManifest(entries) };
}
