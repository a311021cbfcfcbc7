import { readFile } from "node:fs/promises";
import { UsageError } from "../../domain/errors.ts";
import type { CredentialsConfig } from "../../spec/backend-schema.ts";

/** Shorter values are no secrets, and blotting them out would garble every message. */
const MIN_SECRET_LENGTH = 4;

/** Request headers made of secrets, and what hides those secrets in any text that leaves the client. */
export interface Secrets {
  readonly headers: Readonly<Record<string, string>>;
  redact(text: string): string;
}

/**
 * Reads credentials from the environment variables or the file that a backend's config names; a config never holds the secret itself.
 * Throws `UsageError`, naming the variable or file and never a value, when one is missing or can't be a header.
 */
export async function readSecrets(
  config: CredentialsConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Secrets> {
  const headers: Record<string, string> = {};
  const values: string[] = [];
  const take = (value: string | undefined, origin: string): string => {
    const trimmed = value?.trim() ?? "";
    if (trimmed === "")
      throw new UsageError(`${origin} is empty or not set`, { hint: "set it, or remove it from the spec" });
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(trimmed))
      throw new UsageError(`${origin} holds characters that an HTTP header can't carry`);
    values.push(trimmed);
    // "Bearer abc" in a header variable: the token alone is a secret too.
    values.push(...trimmed.split(" "));
    return trimmed;
  };
  if (config.apiKeyEnv !== undefined)
    headers.authorization = `Bearer ${take(env[config.apiKeyEnv], `environment variable ${config.apiKeyEnv} (apiKeyEnv)`)}`;
  if (config.apiKeyFile !== undefined)
    headers.authorization = `Bearer ${take(await readKeyFile(config.apiKeyFile), `${config.apiKeyFile} (apiKeyFile)`)}`;
  for (const [name, variable] of Object.entries(config.headersFromEnv ?? {}))
    headers[name.toLowerCase()] = take(env[variable], `environment variable ${variable} (headersFromEnv)`);
  const secrets = [...new Set(values)]
    .filter((value) => value.length >= MIN_SECRET_LENGTH && value.toLowerCase() !== "bearer")
    .sort((a, b) => b.length - a.length);
  return {
    headers,
    redact: (text) => secrets.reduce((clean, secret) => withoutCut(clean.replaceAll(secret, "[secret]"), secret), text),
  };
}

/** A text may have been cut in the middle of a secret: then its end is the secret's beginning. */
function withoutCut(text: string, secret: string): string {
  for (let length = secret.length - 1; length >= MIN_SECRET_LENGTH; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}[secret]`;
  return text;
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`${path} (apiKeyFile) can't be read`, { cause });
  }
}
