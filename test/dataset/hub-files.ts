import type { HostedRepository } from "../hub/hub-server.ts";
import { parquetBytes } from "./parquet-file.ts";

const MMLU = { question: "text", subject: "text", choices: "texts", answer: "int64" } as const;
const ARC = {
  id: "text",
  question: "text",
  choices: { text: "texts", label: "texts" },
  answerKey: "text",
} as const;
export const MMLU_FILES = {
  items: "all/test-00000-of-00001.parquet",
  shots: "all/dev-00000-of-00001.parquet",
} as const;

const subjects = ["abstract_algebra", "college_physics", "world_religions"];

function mmluRow(subject: string, index: number, split: string) {
  return {
    question: `  ${split} question ${index} about ${subject}?\n`,
    subject,
    choices: ["one", "two", "three", "four"].map((choice) => `${choice} ${index}`),
    answer: index % 4,
  };
}

/** The repository `cais/mmlu` in small: three subjects, eight questions and five worked examples each. */
export function mmluRepository(commit: string): HostedRepository {
  const rows = (split: string, count: number) =>
    subjects.flatMap((subject) => Array.from({ length: count }, (_, index) => mmluRow(subject, index, split)));
  return {
    commit,
    files: {
      [MMLU_FILES.items]: parquetBytes(MMLU, rows("test", 8), { rowGroupSize: 7 }),
      [MMLU_FILES.shots]: parquetBytes(MMLU, rows("dev", 5)),
    },
  };
}

/** The repository `allenai/ai2_arc` in small: three, four and five choices, labels of both kinds. */
export function arcRepository(commit: string): HostedRepository {
  const row = (id: string, labels: readonly string[], answerKey: string) => ({
    id,
    question: `What is ${id}?`,
    choices: { text: labels.map((label) => `${id} ${label}`), label: labels },
    answerKey,
  });
  const rows = [row("M_1", ["A", "B", "C"], "C"), row("M_2", ["1", "2", "3", "4"], "2"), row("M_3", [..."ABCDE"], "E")];
  return {
    commit,
    files: {
      "ARC-Challenge/test-00000-of-00001.parquet": parquetBytes(ARC, rows),
      "ARC-Easy/test-00000-of-00001.parquet": parquetBytes(ARC, rows.slice(0, 1)),
    },
  };
}
