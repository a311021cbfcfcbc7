import { readFile } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { dirname, resolve as resolvePath } from "node:path";
import { z } from "zod";
import type { DatasetFinder } from "../../dataset/find.ts";
import { serverless } from "../../domain/backend-kind.ts";
import { UsageError } from "../../domain/errors.ts";
import { proxyFor, proxyName } from "../../network/proxy-for.ts";
import { BackendSchema } from "../../spec/backend-schema.ts";
import { nearest } from "../../spec/known-keys.ts";
import { parseYaml } from "../../spec/parse.ts";
import { resolveSpec } from "../../spec/resolve.ts";
import type { ResolvedSpec } from "../../spec/resolved.ts";
import { SpecSchema } from "../../spec/schema.ts";
import { type AddressRule, assertAllowedUrl, guardedLookup, HostNotFoundError } from "./address-guard.ts";
import type { ParsedSubmission } from "./submitted-spec.ts";

const NameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/, "letters, digits, '.', '_', ':' and '-', at least one");

/** What the operator writes: which backends callers may name, and the files that those among them load which load files. */
const RegistrySchema = z.strictObject({
  backends: z
    .record(NameSchema, BackendSchema)
    .refine((all) => Object.keys(all).length > 0, "at least one backend is needed"),
  models: z
    .record(NameSchema, z.string().min(1))
    .default({})
    .describe(
      "Files and folders that callers may name, for llama-cpp, transformers and recorded backends; relative to this file.",
    ),
  allowPrivate: z
    .array(NameSchema)
    .default([])
    .describe("Backends and webhooks that may be at private or loopback addresses."),
  allowProxy: z
    .array(NameSchema)
    .default([])
    .describe(
      "Backends and webhooks that may be reached through the proxy of HTTPS_PROXY or HTTP_PROXY, behind which nobody here sees where they lead.",
    ),
  limits: z
    .record(
      NameSchema,
      z.strictObject({
        shards: z
          .int()
          .positive()
          .optional()
          .describe(
            "Shards at a time over all workers; each asks as many requests at a time as the backend's concurrency.",
          ),
        itemsPerMinute: z.int().positive().optional(),
      }),
    )
    .default({})
    .describe("How much of a backend workers may use together; by default one shard at a time for a server."),
  webhooks: z
    .record(NameSchema, z.url({ protocol: /^https?$/, error: "an http or https URL" }))
    .default({})
    .describe("Where schedules may send alerts."),
});
type Registry = z.output<typeof RegistrySchema>;

/** What callers are told of a registered backend: not where it is, and nothing of its keys. */
export interface RegisteredBackend {
  readonly name: string;
  readonly type: string;
  /** Names that a variant's `model` may have; absent: whatever the server serves. */
  readonly models?: readonly string[];
}

/** What all workers together may use of a backend; absent: as much as there are workers. */
export interface BackendLimits {
  readonly name: string;
  readonly shards?: number;
  readonly itemsPerMinute?: number;
}

/** The backends of a service, by name. */
export class BackendRegistry {
  readonly #registry: Registry;
  readonly #folder: string;
  readonly #variables: Readonly<Record<string, string | undefined>>;

  /** `variables`: where proxies are named. */
  constructor(
    registry: Registry,
    folder: string,
    variables: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.#registry = registry;
    this.#folder = folder;
    this.#variables = variables;
  }

  list(): readonly RegisteredBackend[] {
    const models = Object.keys(this.#registry.models);
    return Object.entries(this.#registry.backends).map(([name, backend]) => ({
      name,
      type: backend.type,
      ...(serverless(backend) ? { models } : {}),
    }));
  }

  /** Embedded backends are each worker's own; a server is shared by all of them. */
  limits(): readonly BackendLimits[] {
    return Object.entries(this.#registry.backends).map(([name, backend]) => {
      const { shards = serverless(backend) ? undefined : 1, itemsPerMinute } = this.#registry.limits[name] ?? {};
      return {
        name,
        ...(shards === undefined ? {} : { shards }),
        ...(itemsPerMinute === undefined ? {} : { itemsPerMinute }),
      };
    });
  }

  /** Names of the registered webhooks. */
  webhooks(): readonly string[] {
    return Object.keys(this.#registry.webhooks);
  }

  /** A webhook's URL, and how to connect to it. Throws `UsageError` for one that isn't known or allowed. */
  webhook(name: string): { readonly url: string; readonly lookup: LookupFunction; readonly proxy?: string } {
    const url = Object.hasOwn(this.#registry.webhooks, name) ? this.#registry.webhooks[name] : undefined;
    if (url === undefined)
      throw new UsageError(`no webhook "${name}" is registered`, {
        hint: `registered: ${this.webhooks().join(", ") || "none"}`,
      });
    const rule = this.#ruleOf(name, "webhook");
    const proxy = this.#proxyOf(name, url, rule);
    return { url, lookup: guardedLookup(url, rule), ...(proxy === undefined ? {} : { proxy }) };
  }

  /** How to connect to a backend's URL. Throws `UsageError` when it is an address, or behind a proxy, that isn't allowed. */
  lookupFor(name: string, url: string, resolve?: LookupFunction): LookupFunction {
    const rule = this.#ruleOf(name, "backend");
    this.#proxyOf(name, url, rule);
    return guardedLookup(url, rule, resolve);
  }

  /**
   * The spec that a submission means here. Throws `UsageError` with the place in the body for names that aren't known, and for backends that lead
   * where they may not.
   */
  async resolve(submission: ParsedSubmission, findDataset: DatasetFinder): Promise<ResolvedSpec> {
    const used = new Set<string>();
    const models = submission.models.map((model, index) => ({
      ...model,
      variants: model.variants.map((variant, position) => {
        const where = `models[${index}].variants[${position}]`;
        const name = this.#backendOf(variant.backend, where);
        used.add(name);
        return { ...variant, backend: name, model: this.#modelOf(variant.model, name, where) };
      }),
    }));
    for (const name of used) await this.#assertAllowed(name);
    const backends = Object.fromEntries(Object.entries(this.#registry.backends).filter(([name]) => used.has(name)));
    const value = SpecSchema.parse({ ...submission, models, backends });
    return resolveSpec({ value, place: dotted }, resolvePath(this.#folder, "submitted"), findDataset);
  }

  /**
   * Checks every registered URL; to be called before the service starts. Returns what is wrong for now: a server that isn't there yet may come, and
   * where its name leads then is checked when it is connected to.
   */
  async check(): Promise<readonly string[]> {
    for (const name of this.webhooks()) this.webhook(name);
    const missing: string[] = [];
    for (const name of Object.keys(this.#registry.backends))
      await this.#assertAllowed(name).catch((error: unknown) => {
        if (!(error instanceof HostNotFoundError)) throw error;
        missing.push(error.message);
      });
    return missing;
  }

  #backendOf(name: string | undefined, where: string): string {
    const names = Object.keys(this.#registry.backends);
    const [only] = names;
    if (name === undefined && names.length === 1 && only !== undefined) return only;
    if (name !== undefined && names.includes(name)) return name;
    const meant = name === undefined ? undefined : nearest(name, names);
    throw new UsageError(
      name === undefined ? `${where}: which backend?` : `${where}.backend: no backend "${name}" is registered`,
      { hint: meant === undefined ? `registered: ${names.join(", ")}` : `did you mean "${meant}"?` },
    );
  }

  #modelOf(model: string, backend: string, where: string): string {
    const { backends, models } = this.#registry;
    const named = backends[backend];
    if (named === undefined || !serverless(named)) return model;
    const file = Object.hasOwn(models, model) ? models[model] : undefined;
    if (file !== undefined) return resolvePath(this.#folder, file);
    const names = Object.keys(models);
    const meant = nearest(model, names);
    throw new UsageError(`${where}.model: no model file "${model}" is registered`, {
      hint: meant === undefined ? `registered: ${names.join(", ") || "none"}` : `did you mean "${meant}"?`,
    });
  }

  async #assertAllowed(name: string): Promise<void> {
    const backend = this.#registry.backends[name];
    if (backend === undefined || !("url" in backend)) return;
    const rule = this.#ruleOf(name, "backend");
    // What a proxy is asked for it finds itself; names that only it knows are none here.
    if (this.#proxyOf(name, backend.url, rule) !== undefined) guardedLookup(backend.url, rule);
    else await assertAllowedUrl(backend.url, rule);
  }

  #ruleOf(name: string, what: "backend" | "webhook"): AddressRule {
    return { allowPrivate: this.#registry.allowPrivate.includes(name), where: `${what} "${name}"` };
  }

  /** The proxy that leads to a URL. Throws `UsageError` where the operator allowed none. */
  #proxyOf(name: string, url: string, { where }: AddressRule): string | undefined {
    const proxy = proxyFor(url, this.#variables);
    if (proxy !== undefined && !this.#registry.allowProxy.includes(name))
      throw new UsageError(
        `${where} would be reached through the proxy ${proxyName(proxy)}, behind which its address can't be checked`,
        {
          hint: "name it under `allowProxy`, or its host in NO_PROXY",
        },
      );
    return proxy;
  }
}

/** Reads the operator's file. Throws `UsageError` with file, line and key for whatever is wrong in it; `onWarning` is told of servers that can't be found. */
export async function loadBackendRegistry(
  path: string,
  onWarning: (problem: string) => void = () => {},
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Promise<BackendRegistry> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`${path}: the file of backends can't be read`, { cause, hint: "check --backends" });
  });
  const { value, place } = parseYaml(text, path, RegistrySchema, () => z.toJSONSchema(RegistrySchema, { io: "input" }));
  for (const name of Object.keys(value.limits)) {
    if (!Object.hasOwn(value.backends, name))
      throw new UsageError(`${place(["limits", name])}: there is no backend "${name}"`);
  }
  for (const key of ["allowPrivate", "allowProxy"] as const) {
    for (const [index, name] of value[key].entries()) {
      if (!Object.hasOwn(value.backends, name) && !Object.hasOwn(value.webhooks, name))
        throw new UsageError(`${place([key, index])}: there is no backend or webhook "${name}"`);
    }
  }
  const registry = new BackendRegistry(value, dirname(resolvePath(path)), variables);
  for (const problem of await registry.check()) onWarning(problem);
  return registry;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
}
