import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadBackendRegistry } from "../../../src/service/api/backend-registry.ts";
import type { Operation } from "../../../src/service/api/operations/operation.ts";
import { OPERATIONS } from "../../../src/service/api/operations/operations.ts";
import { SubmittedSpecSchema } from "../../../src/service/api/submitted-spec.ts";
import { temporaryFolder } from "../../support/cli.ts";

const text = await readFile(new URL("../../../docs/service-api.md", import.meta.url), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? "";
}

describe("docs/service-api.md", () => {
  it("shows a file of backends and a spec that are taken", async () => {
    const path = join(await temporaryFolder(), "backends.yaml");
    await writeFile(path, block("yaml"));
    expect((await loadBackendRegistry(path)).list().map(({ name }) => name)).toEqual(["staging", "local"]);
    await writeFile(path, block("yaml").replace(/^allowPrivate.*$/m, ""));
    await expect(loadBackendRegistry(path)).rejects.toThrow("private");
    expect(SubmittedSpecSchema.parse(JSON.parse(block("json"))).models).toHaveLength(1);
  });

  it("names every path, with its scope", () => {
    const rows = [...text.matchAll(/^\| `(\w+) ([^`?]+)[^`]*` \| (\w*) \|/gm)];
    const operations: readonly Operation[] = Object.values(OPERATIONS);
    expect(rows.length).toBeGreaterThan(15);
    for (const [, method = "", path, scope = ""] of rows) {
      const operation = operations.find((each) => each.method === method.toLowerCase() && each.path === path);
      expect(operation?.scope ?? "", `${method} ${path}`).toBe(scope);
      expect(operation, `${method} ${path}`).toBeDefined();
    }
    for (const { path } of operations)
      expect(text, path).toContain(/report\.md|junit\.xml/.test(path) ? path.slice(path.lastIndexOf("/") + 1) : path);
  });
});
