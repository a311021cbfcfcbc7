/** What a span tells beside its name and times. Names, numbers and ids only: never a prompt, an answer or a secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export type SpanKind = "internal" | "server";

export interface SpanOptions {
  /** Default `internal`. */
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
  /** What the span is a part of, or that it begins a trace; absent: it is a part of what the caller works in. */
  readonly parent?: TraceContext | "none";
}

/** Headers of the W3C trace context, as a caller sends them. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** A piece of work with its beginning. */
export interface Span {
  set(attributes: SpanAttributes): void;
  rename(name: string): void;
  /** Begins a part of it, which ends when it is told so. */
  begin(name: string, attributes?: SpanAttributes): OpenSpan;
  /** A part of it that has just ended and took so long. */
  took(name: string, ms: number, attributes?: SpanAttributes): void;
}

export interface OpenSpan extends Span {
  /** Of an error only the kind is told: its message may quote what nobody else is to read. */
  end(error?: unknown): void;
}

/** Port: tells somebody else's system what was done when, and how it belongs together. Never fails, and never waits for that system. */
export interface Tracer {
  /** Does the work in a span, a part of the one that it is called in, or of `parent`. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** `traceparent` of the span that the caller works in; `undefined` outside of any. */
  current(): string | undefined;
}

/** Nobody is told of it. */
export const NO_SPAN: OpenSpan = {
  set: () => {},
  rename: () => {},
  begin: () => NO_SPAN,
  took: () => {},
  end: () => {},
};

/** Tells nothing to nobody. */
export const NO_TRACER: Tracer = {
  span: (_name, _options, work) => work(NO_SPAN),
  current: () => undefined,
};
