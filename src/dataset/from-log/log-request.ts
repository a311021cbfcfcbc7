import { valueAt } from "../field-path.ts";

/** Where the parts of a request stand in a line of the log; dots go into objects. By default the usual names are tried. */
export interface LogFields {
  readonly prompt?: string | undefined;
  readonly route?: string | undefined;
  readonly time?: string | undefined;
  readonly answer?: string | undefined;
}

/** One request of a log. */
export interface LogRequest {
  readonly prompt: string;
  readonly route: string | undefined;
  /** Milliseconds since 1970. */
  readonly timeMs: number | undefined;
  readonly answer: string | undefined;
}

const USUAL = {
  prompt: ["prompt", "messages", "input", "request.prompt", "request.messages", "body.prompt", "body.messages"],
  route: ["route", "path", "endpoint", "url", "request.path", "request.url"],
  time: ["time", "timestamp", "@timestamp", "ts", "created_at", "created"],
} as const;

/** Reads a request out of a line, or says in words why it is of no use. */
export function readRequest(row: unknown, fields: LogFields): LogRequest | { readonly reason: string } {
  const paths = fields.prompt === undefined ? USUAL.prompt : [fields.prompt];
  const asked = firstOf(row, paths);
  if (asked === undefined) return { reason: `no prompt (looked at: ${paths.join(", ")})` };
  const prompt = promptText(asked);
  if (prompt === undefined) return { reason: "the prompt is no text (images, or an unknown form of messages)" };
  if (prompt.trim() === "") return { reason: "the prompt is empty" };
  const route = firstOf(row, fields.route === undefined ? USUAL.route : [fields.route]);
  const time = firstOf(row, fields.time === undefined ? USUAL.time : [fields.time]);
  const answer = fields.answer === undefined ? undefined : valueAt(row, fields.answer);
  return {
    prompt,
    route: typeof route === "string" && route !== "" ? routeName(route) : undefined,
    timeMs: timeOf(time),
    answer: typeof answer === "string" && answer.trim() !== "" ? answer : undefined,
  };
}

function firstOf(row: unknown, paths: readonly string[]): unknown {
  for (const path of paths) {
    const value = valueAt(row, path);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

interface Message {
  readonly role: string;
  readonly text: string;
}

/** A text, or a conversation up to what the user asked last. */
function promptText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const messages = value.map(messageOf);
  if (!messages.every((message): message is Message => message !== undefined)) return undefined;
  const lastAsked = messages.findLastIndex(({ role }) => role === "user");
  const relevant = messages.slice(0, lastAsked + 1);
  const system = relevant.filter(({ role }) => role === "system" || role === "developer");
  const turns = relevant.filter((message) => !system.includes(message));
  const dialogue = turns.length === 1 ? turns.map(({ text }) => text) : turns.map(spoken);
  return [...system.map(({ text }) => text), ...dialogue].join("\n\n");
}

function messageOf(value: unknown): Message | undefined {
  if (typeof value !== "object" || value === null || !("role" in value) || !("content" in value)) return undefined;
  const { role, content } = value;
  if (typeof role !== "string") return undefined;
  if (typeof content === "string") return { role, text: content };
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part: unknown) => valueAt(part, "text"));
  return parts.every((part) => typeof part === "string") ? { role, text: parts.join("\n") } : undefined;
}

function spoken({ role, text }: Message): string {
  return `${role.slice(0, 1).toUpperCase()}${role.slice(1)}: ${text}`;
}

/** A route without what makes each request's different: query, numbers, identifiers. */
function routeName(route: string): string {
  return (route.replace(/^\w+:\/\/[^/]*/, "").split(/[?#]/, 1)[0] ?? "")
    .split("/")
    .map((part) => (/\d{3,}|^[0-9a-f-]{16,}$|^\d+$/i.test(part) ? ":id" : part))
    .join("/")
    .slice(0, 80);
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return value < 1e11 ? value * 1000 : value;
  if (typeof value !== "string") return undefined;
  const parsed = Date.parse(value);
  return Number.isNaN(parsed) ? undefined : parsed;
}
