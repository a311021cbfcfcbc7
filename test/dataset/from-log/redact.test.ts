import { describe, expect, it } from "vitest";
import { personalFinder } from "../../../src/dataset/from-log/find-personal.ts";
import { RedactionTally, redact } from "../../../src/dataset/from-log/redact.ts";

const find = personalFinder(["Ann", "Ben"]);

describe("replacing personal data", () => {
  it("gives the same value the same stand-in in all texts of an item", () => {
    const { texts, found } = redact(
      ["Ann wrote to ben@x.example and Ann@y.example.", "Dear Ben, BEN@x.example says Ann"],
      find,
    );
    expect(texts).toEqual(["[NAME_1] wrote to [EMAIL_1] and [EMAIL_2].", "Dear [NAME_2], [EMAIL_1] says [NAME_1]"]);
    expect(found).toHaveLength(6);
  });

  it("starts anew with every item, so that items can't be linked", () => {
    expect(redact(["Ben"], find).texts).toEqual(["[NAME_1]"]);
    expect(redact(["Ann"], find).texts).toEqual(["[NAME_1]"]);
  });

  it("leaves a text without personal data as it is, to the character", () => {
    const text = "  Ünïcode 🙂\r\n\t$& $1 [x] {y}";
    expect(redact([text], find)).toEqual({ texts: [text], found: [] });
  });

  it("counts what was replaced by kind, and shows no more than first and last characters", () => {
    const tally = new RedactionTally();
    for (const text of ["Ann and Ann, ann@x.example", "ben@secret.example", "nothing"]) tally.add(redact([text], find));
    const report = tally.report();
    expect(report.filter(({ count }) => count > 0)).toEqual([
      { kind: "email", count: 2, items: 2, examples: ["a•••e", "b•••e"] },
      { kind: "name", count: 2, items: 1, examples: ["•••"] },
    ]);
    expect(JSON.stringify(report)).not.toContain("secret");
    expect(report.map(({ kind }) => kind)).toEqual(["key", "card", "email", "phone", "name"]);
  });
});
