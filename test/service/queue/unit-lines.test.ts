import { describe, expect, it } from "vitest";
import { RunError } from "../../../src/domain/errors.ts";
import type { AnswerRecord, OpenedRecord } from "../../../src/domain/record.ts";
import { makePlan, type Unit } from "../../../src/plan/plan.ts";
import { parseAnswers, parseScores, unitText } from "../../../src/service/queue/unit-lines.ts";
import { identityOf } from "../../generate/fake-backend.ts";
import { specOf } from "../../plan/example-spec.ts";
import { writingTask } from "../../task/example-task.ts";

const plan = makePlan(specOf({ one: ["FP16"] }, [writingTask({ items: 20 })]), { unitItems: 10 });
const unit = plan.units[1] as Unit;
const opened: OpenedRecord = {
  type: "opened",
  variant: unit.variant.id,
  identity: identityOf("1"),
  loadMs: 3,
  at: "2026",
};

function recordOf(index: number, entries: Partial<AnswerRecord> = {}): AnswerRecord {
  return {
    type: "answer",
    variant: unit.variant.id,
    task: "writing",
    item: `w${index}\u2028`,
    index,
    promptHash: "0",
    outcome: { kind: "errored", error: { kind: "timeout", message: "line\nbreak" } },
    at: "2026",
    ...entries,
  };
}

describe("a unit's lines as text", () => {
  it("comes back as it was, its items in order", () => {
    const lines = { openings: [opened], lines: [12, 10, 11].map((index) => recordOf(index)) };
    const text = unitText(lines);
    expect(text.split("\n")).toHaveLength(4);
    expect(parseAnswers(text, unit)).toEqual({
      openings: [opened],
      lines: [10, 11, 12].map((index) => recordOf(index)),
    });
    expect(parseAnswers("", unit)).toEqual({ openings: [], lines: [] });
  });

  it.each([
    ["damaged", '{"type":"answer"'],
    ["of another variant", JSON.stringify(recordOf(10, { variant: "other" }))],
    ["of another task", JSON.stringify(recordOf(10, { task: "quiz" }))],
    ["of another pass", JSON.stringify(recordOf(10, { pass: "repeat" }))],
    ["of an item before it", JSON.stringify(recordOf(9))],
    ["of an item behind it", JSON.stringify(recordOf(20))],
  ])("with a line that is %s is refused", (_, text) => {
    expect(() => parseAnswers(text, unit)).toThrow(RunError);
    expect(() => parseAnswers(text, unit)).toThrow(/one\/FP16@fake, writing 10–19/);
  });

  it("of scores has rows, not records", () => {
    const row = { type: "score", variant: unit.variant.id, task: "writing", index: 10 };
    expect(parseScores(`${JSON.stringify(opened)}\n${JSON.stringify(row)}`, unit)).toEqual({
      openings: [opened],
      lines: [row],
    });
  });
});
