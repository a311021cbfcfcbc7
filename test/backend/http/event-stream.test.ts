import { expect, it } from "vitest";
import { EventStreamParser } from "../../../src/backend/http/event-stream.ts";

const STREAM =
  ': comment\n\ndata: {"a":"é"}\n\nevent: x\nid: 1\ndata:one\r\ndata:  two\r\n\r\n\n\ndata\ndata: [DONE]\n\ndata: unended';

it.each([1, 2, 3, 7, 1000])("the data of whole events come out, in pieces of %i bytes", (size) => {
  const events: string[] = [];
  const parser = new EventStreamParser((data) => events.push(data));
  const bytes = Buffer.from(STREAM);
  for (let start = 0; start < bytes.length; start += size) parser.push(bytes.subarray(start, start + size));
  expect(events).toEqual(['{"a":"é"}', "one\n two", "[DONE]"]);
});
