export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** The events of a `text/event-stream` body, as its lines complete them. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let fields: { id?: string; event?: string; data: string[] } = { data: [] };
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (fields.data.length > 0)
          yield { id: fields.id, event: fields.event ?? "message", data: fields.data.join("\n") };
        fields = { data: [] };
        continue;
      }
      const [, name = "", value = ""] = /^([^:]*)(?:: ?)?(.*)$/.exec(line) ?? [];
      if (name === "data") fields.data.push(value);
      else if (name === "id") fields.id = value;
      else if (name === "event") fields.event = value;
    }
  }
}
