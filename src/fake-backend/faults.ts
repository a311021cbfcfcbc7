import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyPieces, type Reply, send } from "./http.ts";
import type { FakeOptions, Fault } from "./options.ts";

const DRIP_MS = 150;
const GARBAGE = 'data: {"choices": [{"te\u0000\uFFFDxt": !!\n\n';

/** Dice for faults: the same seed falls the same way (mulberry32). */
export function makeDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The fault that befalls the next request, or none. */
export function throwDice(options: FakeOptions, dice: () => number): Fault | undefined {
  return options.faults.find(({ probability }) => dice() < probability)?.fault;
}

/** Lets a fault befall a request; `answer` is called by faults that spoil a right answer on its way. */
export async function befall(
  fault: Fault,
  response: ServerResponse,
  answer: () => Promise<Reply>,
  options: FakeOptions,
): Promise<void> {
  switch (fault) {
    case "429":
    case "503": {
      const headers = options.retryAfter === undefined ? {} : { "retry-after": options.retryAfter };
      send(response, { status: Number(fault), json: { error: "too many requests" }, headers });
      return;
    }
    case "500":
      send(response, { status: 500, json: { error: "internal error" } });
      return;
    case "hang":
      // Never answers; the client's deadline ends it.
      return;
    case "html":
      send(response, { status: 200, chunks: ["<html><body>Welcome</body></html>"], contentType: "text/html" });
      return;
    case "redirect":
      send(response, { status: 302, json: {}, headers: { location: "http://elsewhere.invalid/" } });
      return;
    case "empty":
      send(response, { status: 200, chunks: [], contentType: bodyPieces(await answer()).contentType });
      return;
    case "garbage":
      send(response, { status: 200, chunks: [GARBAGE], contentType: bodyPieces(await answer()).contentType });
      return;
    case "cut": {
      const reply = await answer();
      const { pieces, contentType } = bodyPieces(reply);
      const whole = pieces.join("");
      response.writeHead(reply.status, {
        "content-type": contentType,
        "content-length": String(Buffer.byteLength(whole)),
      });
      response.write(whole.slice(0, Math.floor(whole.length / 2)), () => response.socket?.destroy());
      return;
    }
    case "drip": {
      const reply = await answer();
      const { pieces, contentType } = bodyPieces(reply);
      response.writeHead(reply.status, { "content-type": contentType, ...reply.headers });
      for (const character of pieces.join("")) {
        if (response.destroyed) return;
        response.write(character);
        await sleep(DRIP_MS);
      }
      response.end();
      return;
    }
  }
}
