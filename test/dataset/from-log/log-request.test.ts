import { describe, expect, it } from "vitest";
import { readRequest } from "../../../src/dataset/from-log/log-request.ts";

const promptOf = (row: unknown) => {
  const request = readRequest(row, {});
  return "reason" in request ? request.reason : request.prompt;
};

describe("a line of a log", () => {
  it.each<[string, unknown, string]>([
    ["a prompt", { prompt: "Why?" }, "Why?"],
    ["a prompt in a body", { body: { prompt: "Why?" } }, "Why?"],
    ["one message", { messages: [{ role: "user", content: "Why?" }] }, "Why?"],
    [
      "an instruction and a message",
      {
        request: {
          messages: [
            { role: "system", content: "Be brief." },
            { role: "user", content: "Why?" },
          ],
        },
      },
      "Be brief.\n\nWhy?",
    ],
    [
      "a conversation, up to what was asked last",
      {
        messages: [
          { role: "user", content: "Who?" },
          { role: "assistant", content: "Me." },
          { role: "user", content: [{ type: "text", text: "Why?" }] },
          { role: "assistant", content: "Because." },
        ],
      },
      "User: Who?\n\nAssistant: Me.\n\nUser: Why?",
    ],
  ])("with %s", (_, row, prompt) => {
    expect(promptOf(row)).toBe(prompt);
  });

  it.each<[string, unknown, string]>([
    ["no prompt", { text: "Why?" }, "no prompt (looked at: prompt, messages, input,"],
    ["an empty prompt", { prompt: " " }, "the prompt is empty"],
    ["an image", { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] }, "is no text"],
    ["messages of another form", { messages: ["Why?"] }, "is no text"],
    ["a list instead of an object", ["Why?"], "no prompt"],
    ["null", null, "no prompt"],
    ["messages without a user's", { messages: [{ role: "system", content: "Be brief." }] }, "the prompt is empty"],
  ])("with %s is of no use, and says why", (_, row, reason) => {
    expect(promptOf(row)).toContain(reason);
  });

  it.each([
    ["/v1/chat/completions", "/v1/chat/completions"],
    ["https://api.example/v1/users/12345/ask?q=secret#x", "/v1/users/:id/ask"],
    ["/items/550e8400-e29b-41d4-a716-446655440000", "/items/:id"],
    ["summarize", "summarize"],
  ])("of the route %s is told by %s", (route, name) => {
    expect(readRequest({ prompt: "x", route }, {})).toMatchObject({ route: name });
  });

  it.each([
    ["2026-03-04T05:06:07Z", Date.UTC(2026, 2, 4, 5, 6, 7)],
    [1_700_000_000, 1_700_000_000_000],
    [1_700_000_000_123, 1_700_000_000_123],
    ["not a time", undefined],
  ])("of the time %s", (time, timeMs) => {
    expect(readRequest({ prompt: "x", time }, {})).toMatchObject({ timeMs });
  });

  it("with fields of its own", () => {
    const row = { q: { text: "Why?" }, app: "shop", at: "2026-01-01T00:00:00Z", out: "So.", prompt: "other" };
    expect(readRequest(row, { prompt: "q.text", route: "app", time: "at", answer: "out" })).toEqual({
      prompt: "Why?",
      route: "shop",
      timeMs: Date.UTC(2026, 0, 1),
      answer: "So.",
    });
    expect(readRequest(row, { prompt: "gone" })).toEqual({ reason: "no prompt (looked at: gone)" });
  });
});
