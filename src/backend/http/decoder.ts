import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, type Zlib } from "node:zlib";

/** What a client can read, as it says so. */
export const ACCEPTED_ENCODINGS = "gzip, deflate, br";

/** Takes what a decoder makes of a body. */
export interface DecoderSink {
  onChunk(chunk: Buffer): void;
  /** All has come out. */
  onEnd(): void;
  /** What came is not compressed that way, or was cut. */
  onError(error: Error): void;
}

/** A body as it was before it was compressed. */
export interface Decoder {
  push(chunk: Buffer): void;
  end(): void;
  drop(): void;
}

type Coding = (first: Buffer) => Transform & Zlib;

const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  br: () => createBrotliDecompress(),
  // Some servers leave out the wrapping that the standard asks for (RFC 9110, 8.4.1.2).
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw()),
};

/**
 * A decoder for a `content-encoding`, `"plain"` for none, or `undefined` for one that is not known or of several at a time. An empty body is empty
 * whatever it is called.
 */
export function decoderFor(encoding: string | undefined, sink: DecoderSink): Decoder | "plain" | undefined {
  const name = (encoding ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return "plain";
  const coding = Object.hasOwn(CODINGS, name) ? CODINGS[name] : undefined;
  if (coding === undefined) return undefined;
  let stream: Transform | undefined;
  const open = (first: Buffer): Transform =>
    coding(first)
      .on("data", (chunk: Buffer) => sink.onChunk(chunk))
      .on("end", () => sink.onEnd())
      .on("error", (error) => sink.onError(error));
  return {
    push: (chunk) => {
      stream ??= open(chunk);
      stream.write(chunk);
    },
    end: () => {
      if (stream === undefined) sink.onEnd();
      else stream.end();
    },
    drop: () => void stream?.destroy(),
  };
}
