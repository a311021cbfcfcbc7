import { type Document, isNode, LineCounter, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { messageOf, UsageError } from "../domain/errors.ts";
import { contentAt } from "./content-at.ts";
import { knownKeysAt, nearest } from "./known-keys.ts";

/** How many problems of a file are told at once. */
const MAX_PROBLEMS = 10;

/** What is told of a parsed file besides its content: where a path of it stands. */
export interface Located<T> {
  readonly value: T;
  /** `spec.yaml:12` for a path into the document, or of the nearest thing above it. */
  readonly place: (path: readonly PropertyKey[]) => string;
}

/**
 * Parses YAML or JSON (a subset of YAML) and checks it against a strict schema.
 * Throws one `UsageError` that lists each problem with file, line and key, and the nearest known key for an unknown one.
 */
export function parseYaml<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  jsonSchema: () => Record<string, unknown>,
): Located<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new UsageError(`${file}:${lines.linePos(broken.pos[0]).line}: not valid YAML: ${firstLine(broken.message)}`, {
      cause: broken,
    });
  }
  const place = (path: readonly PropertyKey[]): string => `${file}:${lineOf(document, lines, path)}`;
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    const dangling = danglingAlias(document);
    const where = dangling === undefined ? file : `${file}:${lines.linePos(dangling).line}`;
    throw new UsageError(`${where}: not valid YAML: ${firstLine(messageOf(cause))}`, {
      cause,
      ...(dangling === undefined ? {} : { hint: "a text that starts with * must stand in quotes" }),
    });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return { value: parsed.data, place };

  const problems = parsed.error.issues.flatMap((issue) => describe(issue, place, jsonSchema, content));
  const shown = problems.slice(0, MAX_PROBLEMS);
  if (problems.length > shown.length) shown.push(`… and ${problems.length - shown.length} more`);
  throw new UsageError(shown.join("\n"), { hint: "`quantgate schema` prints the JSON Schema of the file" });
}

function describe(
  issue: z.core.$ZodIssue,
  place: (path: readonly PropertyKey[]) => string,
  jsonSchema: () => Record<string, unknown>,
  content: unknown,
): string[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeysAt(jsonSchema(), issue.path, content);
    return issue.keys.map((key) => {
      // Another branch of a union knows it, as `percent` beside a metric.
      if (known.includes(key))
        return `${place([...issue.path, key])}: "${key}"${under(issue.path)} doesn't go with the other keys there`;
      const meant = nearest(key, known);
      const advice = meant === undefined ? `known here: ${known.join(", ")}` : `did you mean "${meant}"?`;
      return `${place([...issue.path, key])}: unknown key "${key}"${under(issue.path)}; ${advice}`;
    });
  }
  return [
    `${place(issue.path)}: ${dotted(issue.path) || "the file"}: ${problemOf(issue, contentAt(content, issue.path))}`,
  ];
}

/** What is wrong with the value that stands there. */
function problemOf(issue: z.core.$ZodIssue, given: unknown): string {
  switch (issue.code) {
    case "invalid_type": {
      const found = given === undefined ? "missing" : given === null ? "empty" : JSON.stringify(given).slice(0, 60);
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}, is ${found}`;
    }
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    case "invalid_union": {
      if (issue.discriminator === undefined) {
        const problems = issue.errors.flatMap(([first]) => {
          if (first === undefined) return [];
          const where = first.path.length === 0 ? "" : `${dotted(first.path)} `;
          return [where + problemOf(first, contentAt(given, first.path))];
        });
        return problems.length === 0 ? issue.message : problems.join(", or ");
      }
      const options = (issue as { readonly options?: readonly unknown[] }).options ?? [];
      const meant = typeof given === "string" ? nearest(given, options.map(String)) : undefined;
      const advice = meant === undefined ? `one of: ${options.join(", ")}` : `did you mean "${meant}"?`;
      return `${given === undefined ? "missing" : `unknown "${String(given)}"`}; ${advice}`;
    }
    default:
      return issue.message;
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** Offset of an alias (`*name`) without an anchor, which only shows when the document is read. */
function danglingAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = rangeStart(alias);
      return visit.BREAK;
    },
  });
  return offset;
}

function under(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : ` in ${dotted(path)}`;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
}

/** The line of the key at the path; of the nearest ancestor that is there when the path itself is not. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const offset = keyOffset(parent, path[length - 1]);
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

function keyOffset(parent: unknown, key: PropertyKey | undefined): number | undefined {
  if (typeof parent !== "object" || parent === null || !("items" in parent) || !Array.isArray(parent.items))
    return undefined;
  if (typeof key === "number") return rangeStart(parent.items[key]);
  for (const pair of parent.items as readonly { readonly key?: unknown }[]) {
    if (isNode(pair.key) && String(pair.key) === key) return rangeStart(pair.key);
  }
  return undefined;
}

function rangeStart(node: unknown): number | undefined {
  return isNode(node) && node.range ? node.range[0] : undefined;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
