import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { UsageError } from "../../src/domain/errors.ts";
import { parseYaml } from "../../src/spec/parse.ts";
import { SpecSchema, specJsonSchema } from "../../src/spec/schema.ts";
import { GOOD } from "./spec-file.ts";

const anything = (text: string) => parseYaml(text, "spec.yaml", z.unknown(), () => ({})).value;
const JSON_SCHEMA = specJsonSchema();
const parseSpec = (text: string) => parseYaml(text, "spec.yaml", SpecSchema, () => JSON_SCHEMA).value;

/** What parsing throws; undefined when it throws nothing. */
function complaint(text: string): UsageError | undefined {
  try {
    parseSpec(text);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw new Error(`no UsageError for ${JSON.stringify(text)}`, { cause: error });
  }
}

describe("a file's content", () => {
  it("is the same from YAML and from JSON, whatever it holds", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (drawn) => {
        const json = JSON.stringify(drawn);
        const value: unknown = JSON.parse(json);
        expect(anything(json)).toEqual(value);
        expect(anything(stringify(value))).toEqual(value);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a spec", () => {
  it("is the same with its keys in any order", () => {
    const keys = Object.keys(anything(GOOD) as object);
    fc.assert(
      fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (order) => {
        const content = anything(GOOD) as Readonly<Record<string, unknown>>;
        const shuffled = Object.fromEntries(order.map((key) => [key, content[key]]));
        expect(parseSpec(stringify(shuffled))).toEqual(parseSpec(GOOD));
      }),
    );
  });

  it("that is spoiled anywhere is read or refused with file and line, one line a problem", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: GOOD.length }),
        fc.nat({ max: 6 }),
        fc.oneof(
          fc.constantFrom(": ", "- ", "\n", "*", "&a ", "{", "]", "'", "null", "!!int ", "\t", "|", "<<: "),
          fc.string({ maxLength: 5 }),
        ),
        (at, removed, put) => {
          const error = complaint(GOOD.slice(0, at) + put + GOOD.slice(at + removed));
          for (const line of error?.message.split("\n") ?? [])
            expect(line).toMatch(/^(?:spec\.yaml(?::\d+)?: |… and \d+ more$)/);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("with a key nobody knows says so on the key's own line, wherever it stands", () => {
    const lines = GOOD.trimEnd().split("\n");
    // Keys of a mapping in block style, with their indent: one may follow each.
    const places = lines.flatMap((line, index) => {
      const indent = /^( *)(?:- )?(?:name|dataset): \S/.exec(line);
      return indent === null ? [] : [{ after: index + 1, indent: line.includes("- ") ? `${indent[1]}  ` : indent[1] }];
    });
    expect(places).toHaveLength(3);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.stringMatching(/^zz[a-z]{1,8}$/),
        fc.jsonValue({ maxDepth: 2 }),
        ({ after, indent }, key, value) => {
          const text = lines.toSpliced(after, 0, `${indent}${key}: ${JSON.stringify(value)}`).join("\n");
          expect(complaint(text)?.message).toMatch(new RegExp(`^spec\\.yaml:${after + 1}: unknown key "${key}"`));
        },
      ),
    );
  });
});
