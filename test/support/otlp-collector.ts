import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

const AttributeSchema = z.object({
  key: z.string(),
  value: z.record(z.string(), z.unknown()).transform((value) => Object.values(value)[0]),
});
const AttributesSchema = z
  .array(AttributeSchema)
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, value])));
const SpanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: AttributesSchema,
  status: z.object({ code: z.int().optional() }),
});
const BodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: AttributesSchema }),
      scopeSpans: z.array(z.object({ spans: z.array(SpanSchema) })),
    }),
  ),
});

export interface CollectedSpan extends z.output<typeof SpanSchema> {
  readonly resource: Readonly<Record<string, unknown>>;
}

/** Takes spans as a collector does, by OTLP over HTTP in JSON, and keeps them. */
export class OtlpCollector {
  readonly #server: Server;
  readonly spans: CollectedSpan[] = [];
  /** All that came, as it came. */
  text = "";
  readonly headers: NodeJS.Dict<string | string[]>[] = [];

  private constructor({ silent }: { readonly silent: boolean }) {
    this.#server = createServer((request, response) => {
      if (silent) return;
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        this.text += body;
        this.headers.push(request.headers);
        for (const { resource, scopeSpans } of BodySchema.parse(JSON.parse(body)).resourceSpans)
          for (const span of scopeSpans.flatMap(({ spans }) => spans))
            this.spans.push({ ...span, resource: resource.attributes });
        response.writeHead(request.url === "/v1/traces" ? 200 : 404, { "content-type": "application/json" }).end("{}");
      });
    });
  }

  /** `silent`: it takes connections and never answers. */
  static async start({ silent = false } = {}): Promise<OtlpCollector> {
    const collector = new OtlpCollector({ silent });
    collector.#server.listen(0, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  named(name: string): readonly CollectedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
