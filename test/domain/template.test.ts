import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import { assertHasPlaceholder, renderTemplate } from "../../src/domain/template.ts";
import { quizItem, writingItem } from "../task/example-task.ts";

describe("a prompt template", () => {
  it("knows question, choices, labels and subject of a multiple-choice item", () => {
    const item = quizItem({ subject: "high_school_physics" });
    expect(renderTemplate("About {subject}: {question}\n{choices}\n({labels})", item)).toBe(
      "About high school physics: Which is red?\nA. grass\nB. blood\nC. sky\nD. snow\n(A, B, C or D)",
    );
  });

  it("lists any labels and any number of them", () => {
    const choices = [
      { label: "1", text: "x" },
      { label: "2", text: "y" },
    ];
    expect(renderTemplate("{labels}", quizItem({ choices }))).toBe("1 or 2");
    expect(renderTemplate("{choices}", quizItem({ choices }))).toBe("1. x\n2. y");
  });

  it("knows what a generation item asks, and every scalar field of the row", () => {
    const item = writingItem({ fields: { tone: "kind", words: "20" } });
    expect(renderTemplate("{prompt} Be {tone}, in {words} words.", item)).toBe("Say yes. Be kind, in 20 words.");
  });

  it("takes what it fills in as text, whatever it looks like", () => {
    const item = writingItem({ instruction: "$& {tone} $1 $$", fields: { tone: "kind" } });
    expect(renderTemplate("{prompt}", item)).toBe("$& {tone} $1 $$");
  });

  it.each(['{"a": 1}', "{}", "{ tone }", "{1}", "function () { return 1 }", "{{"])("leaves %j as it is", (text) => {
    expect(renderTemplate(text, writingItem({ fields: { tone: "kind" } }))).toBe(text);
  });

  it.each(["{nothing}", "{subject}", "{toString}", "{__proto__}", "{question}"])(
    "refuses %s of an item that has none, and tells what it has",
    (template) => {
      const render = (): string => renderTemplate(template, writingItem({ id: "w7", fields: { tone: "kind" } }));
      expect(render).toThrow(UsageError);
      expect(render).toThrow(`item w7: the prompt template asks for ${template}`);
      expect(render).toThrow(expect.objectContaining({ hint: "it has: tone" }));
    },
  );

  it("must have something to fill in", () => {
    expect(() => assertHasPlaceholder("{prompt}")).not.toThrow();
    expect(() => assertHasPlaceholder("Say something.")).toThrow(UsageError);
  });
});
