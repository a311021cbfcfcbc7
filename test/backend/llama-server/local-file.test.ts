import { expect, it, onTestFinished } from "vitest";
import { openServer } from "../../../src/backend/registry.ts";
import { BackendSchema, type LlamaServerConfig } from "../../../src/spec/backend-schema.ts";
import { testDeps } from "../../support/backend-deps.ts";
import { json, scriptedServer } from "../../support/scripted-server.ts";
import { demoModel } from "../../support/small-spec.ts";

/** As llama-server b11669 tells of the demo model's Q8_0. */
const META = { n_vocab: 1024, n_ctx_train: 128, n_embd: 256, n_params: 2623744, size: 2794496, ftype: "Q8_0" };

/** The digest of a server that tells the path of the demo model's Q8_0 on this machine, and of its model `meta`. */
async function digestOf(meta: object): Promise<string | undefined> {
  const server = await scriptedServer(({ path }, response) => {
    if (path === "/props") json(response, { default_generation_settings: {}, model_path: demoModel("Q8_0") });
    else json(response, { data: [{ id: "demo-Q8_0.gguf", meta }] });
  });
  const config = BackendSchema.parse({ type: "llama-server", url: server.url }) as LlamaServerConfig;
  const backend = await openServer("demo-Q8_0.gguf", config, new AbortController().signal, testDeps());
  onTestFinished(() => backend.close());
  return backend.identity.weightsDigest;
}

it("reads the file that a llama-server of this machine serves", async () => {
  expect(await digestOf(META)).toMatch(/^sha256:/);
  // A server that tells nothing contradicts nothing.
  expect(await digestOf({})).toMatch(/^sha256:/);
});

it.each([
  ["parameters", { n_params: 2623745 }],
  ["context", { n_ctx_train: 2048 }],
  ["width", { n_embd: 576 }],
  ["vocabulary", { n_vocab: 49152 }],
  ["type", { ftype: "Q4_K - Medium" }],
  ["size", { size: 98_000_000 }],
])("takes a file of another %s for one that only lies under a container's path", async (_, other) => {
  expect(await digestOf({ ...META, ...other })).toBeUndefined();
});
