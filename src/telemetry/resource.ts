import type { NodeTracerConfig } from "@opentelemetry/sdk-trace-node";

type Resource = NonNullable<NodeTracerConfig["resource"]>;

/**
 * Who tells: `OTEL_RESOURCE_ATTRIBUTES` (`key=value`, commas between, percent-encoded), and `OTEL_SERVICE_NAME` above its `service.name`. The
 * SDK leaves it to whoever sets it up to read them.
 */
export function resourceOf(standard: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv): Resource {
  const name = environment.OTEL_SERVICE_NAME?.trim();
  return resource({
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "opentelemetry",
    ...standard,
    ...attributesIn(environment.OTEL_RESOURCE_ATTRIBUTES ?? ""),
    ...(name === undefined || name === "" ? {} : { "service.name": name }),
  });
}

/** What isn't a pair is passed over. */
function attributesIn(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").flatMap((pair) => {
    const [key = "", ...value] = pair.split("=");
    return key.trim() === "" || value.length === 0 ? [] : [[key.trim(), decoded(value.join("=").trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function resource(attributes: Resource["attributes"]): Resource {
  return {
    attributes,
    merge: (other) => resource({ ...attributes, ...other?.attributes }),
    getRawAttributes: () => Object.entries(attributes),
  };
}
