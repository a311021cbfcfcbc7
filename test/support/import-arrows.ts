import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** One import of a source file. `types`: it is gone once the types are (`import type`, `typeof import`). */
export interface Arrow {
  /** Path from the root, such as `src/spec/load.ts`. */
  readonly from: string;
  /** Path from the root of a file, else the name of a package. */
  readonly to: string;
  readonly kind: "file" | "package";
  readonly types: boolean;
}

const STATEMENT = /^(?:import|export)\b(?<clause>[^"';]*?)\bfrom\s+"(?<path>[^"]+)"/gm;
const SIDE_EFFECT = /^import\s+"(?<path>[^"]+)"/gm;
const CALL = /(?<typeOf>typeof\s+)?\b(?:import|require|require\.resolve)\(\s*"(?<path>[^"]+)"/g;

/** The imports of one file: static, type-only, re-exports, dynamic `import()` and `require()`. */
export function importsOf(text: string): readonly { readonly path: string; readonly types: boolean }[] {
  const code = text
    .split("\n")
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .join("\n");
  const found: { readonly path: string; readonly types: boolean }[] = [];
  for (const { groups } of code.matchAll(STATEMENT))
    found.push({ path: groups?.path ?? "", types: /^\s+type\s+[^\s,]/.test(groups?.clause ?? "") });
  for (const { groups } of code.matchAll(SIDE_EFFECT)) found.push({ path: groups?.path ?? "", types: false });
  for (const { groups } of code.matchAll(CALL))
    found.push({ path: groups?.path ?? "", types: groups?.typeOf !== undefined });
  return found;
}

/** All arrows of the source files below some folders of the root. Throws when an import leads to no file. */
export function readArrows(root: string, folders: readonly string[]): readonly Arrow[] {
  return folders.flatMap((folder) => filesBelow(join(root, folder))).flatMap((file) => arrowsOf(root, file));
}

function arrowsOf(root: string, file: string): readonly Arrow[] {
  const from = relative(root, file).split(sep).join("/");
  return importsOf(readFileSync(file, "utf8")).map(({ path, types }): Arrow => {
    if (!path.startsWith(".")) return { from, to: packageOf(path), kind: "package", types };
    const target = join(dirname(file), path);
    if (!existsSync(target)) throw new Error(`${from} imports ${path}, which isn't there`);
    return { from, to: relative(root, target).split(sep).join("/"), kind: "file", types };
  });
}

function packageOf(path: string): string {
  if (path.startsWith("node:")) return path;
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
