import { createParser, type EventSourceMessage } from "eventsource-parser";

/** The events of a `text/event-stream` body, as its lines complete them. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<EventSourceMessage> {
  const decoder = new TextDecoder();
  const whole: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => whole.push(event) });
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* whole.splice(0);
  }
}
