import { describe, expect, it } from "vitest";
import { type PersonalKind, personalFinder } from "../../../src/dataset/from-log/find-personal.ts";

const find = personalFinder(["Ann Lee", "Müller", "O'Neil", "Ann"]);

/** What was found, as kind and text. */
function found(text: string): readonly (readonly [PersonalKind, string])[] {
  return find(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]);
}

describe("personal data is found:", () => {
  it.each<[PersonalKind, string]>([
    ["email", "ann.lee+shop@mail.example.co.uk"],
    ["email", "jürgen@bücher.example"],
    ["phone", "+49 30 1234567"],
    ["phone", "+1 (555) 123-4567"],
    ["phone", "+442071838750"],
    ["phone", "555-123-4567"],
    ["phone", "(555) 123-4567"],
    ["phone", "030 / 123 45 67"],
    ["phone", "0171-2345678"],
    ["card", "4111111111111111"],
    ["card", "4111 1111 1111 1111"],
    ["card", "5500-0000-0000-0004"],
    ["card", "3400 000000 00009"],
    ["key", "sk-proj-abcdefghijklmnop1234"],
    ["key", "ghp_0123456789abcdefghijABCDEFGHIJ012345"],
    ["key", "AKIAIOSFODNN7EXAMPLE"],
    ["key", "xoxb-1234567890-abcdefghij"],
    ["key", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc123"],
    ["key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----"],
    ["key", "q7Fz2LmX9vR4tB8nK1cW6yJ3pD5sG0hA"],
    ["name", "Ann Lee"],
    ["name", "Müller"],
    ["name", "O'Neil"],
  ])("%s %s", (kind, value) => {
    expect(found(`Please write to ${value}, thanks.`)).toEqual([[kind, value]]);
    expect(found(value)).toEqual([[kind, value]]);
    expect(found(`(${value})`)).toEqual([[kind, value]]);
  });

  it.each<[string, string]>([
    ["api_key=abc123def456", "abc123def456"],
    ['"password": "hunter2!x"', "hunter2!x"],
    ["Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"],
    ["postgres://user:s3cret@db/x", "s3cret"],
    ["postgres://user:s3cret@db.example/x", "s3cret@db.example"],
  ])("the secret in %s, and not the word before it", (text, secret) => {
    expect(found(text)).toEqual([["key", secret]]);
  });

  it("several of them in one text, each once", () => {
    expect(found("Ann Lee (ann@x.example, 555-123-4567) pays with 4111 1111 1111 1111 12/27")).toEqual([
      ["name", "Ann Lee"],
      ["email", "ann@x.example"],
      ["phone", "555-123-4567"],
      ["card", "4111 1111 1111 1111"],
    ]);
  });

  it("names as whole words, as they are spelled", () => {
    expect(found("Anna met Ann and ANN; Mülleret, müller")).toEqual([["name", "Ann"]]);
    expect(found("Ann\nLee")).toEqual([["name", "Ann\nLee"]]);
  });
});

describe("what is no personal data stays:", () => {
  it.each([
    "On 2024-01-15 at 00:15:30 we measured 0.25 0.50 0.75.",
    "Version 1.2.3.4 of 192.168.1.1 returned 404.",
    "4111111111111112 fails the check, as 1234 5678 9012 3456 does",
    "1111111111111117 begins like no card, 0000000000000000 too",
    "The order 123456789012 is 3 of 1000000.",
    "3.14159265358979323846 and 2^64 = 18446744073709551616",
    "a@b is no address, nor is @mention or x@y.z1",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "550e8400-e29b-41d4-a716-446655440000",
    "aVeryLongCamelCaseIdentifierOfSomebodysCode2",
    "https://example.com/a/b?c=d#e, http://localhost:8080/x@y",
    "token: 5, password of the user, Bearer bonds",
    "for i in range(100): print(i % 3, i // 5)",
    "Matrix: 1 0 0 0 1 0 0 0 1",
  ])("%s", (text) => {
    expect(found(text)).toEqual([]);
  });

  it("all names, when none are given", () => {
    expect(personalFinder([])("Ann Lee")).toEqual([]);
    expect(personalFinder(["", "  "])("Ann Lee")).toEqual([]);
  });
});

// Patterns that are tried anew from every position would take hours on these.
describe("long texts are no trap:", () => {
  const LONG = 300_000;
  it.each([
    ["a word", "a".repeat(LONG)],
    ["dots and letters", "a.".repeat(LONG / 2)],
    ["almost addresses", "a@".repeat(LONG / 2)],
    ["digits", "1".repeat(LONG)],
    ["single digits", "4 ".repeat(LONG / 2)],
    ["blanks", " ".repeat(LONG)],
    ["plus signs and digits", "+1".repeat(LONG / 2)],
    ["beginnings of keys", "-----BEGIN PRIVATE KEY-----".repeat(LONG / 27)],
    ["passwords", "password=".repeat(LONG / 9)],
    ["parts of a JWT", "eyJaaaaaaaa.".repeat(LONG / 12)],
    ["underscores", "sk-_".repeat(LONG / 4)],
  ])("%s", (_, text) => {
    expect(find(text).length).toBeLessThanOrEqual(text.length);
  });
});
