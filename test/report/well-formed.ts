/** Elements and attributes of a document that is well-formed XML 1.0 (after its doctype or declaration); throws where it isn't. */
export interface Outline {
  readonly elements: ReadonlySet<string>;
  readonly attributes: readonly { readonly element: string; readonly name: string; readonly value: string }[];
}

const NAME = "[A-Za-z][A-Za-z0-9:-]*";
const TAG = new RegExp(`^<(/?)(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>`);
const ATTRIBUTE = new RegExp(`(${NAME})="([^"<]*)"`, "g");
const ENTITY = /&(?!(?:amp|lt|gt|quot|#39);)/;
/** Everything XML 1.0 doesn't allow, and what this project never writes raw. */
const FORBIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|\p{Surrogate}/u;

export function outlineOf(document: string): Outline {
  const body = document.replace(/^<!doctype html>\n|^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  if (FORBIDDEN.test(body)) throw new Error(`a forbidden character at ${body.search(FORBIDDEN)}`);
  const elements = new Set<string>();
  const attributes: { element: string; name: string; value: string }[] = [];
  const open: string[] = [];
  let roots = 0;
  for (let at = body.indexOf("<"); at !== -1; at = body.indexOf("<", at)) {
    const [whole, closing, element = "", list = "", selfClosing] = TAG.exec(body.slice(at, at + 20_000)) ?? [];
    if (whole === undefined) throw new Error(`not a tag: ${body.slice(at, at + 60)}`);
    if (closing === "/") {
      if (open.pop() !== element) throw new Error(`</${element}> closes another element at ${at}`);
    } else {
      if (open.length === 0) roots += 1;
      elements.add(element);
      const names = new Set<string>();
      for (const [, name = "", value = ""] of list.matchAll(ATTRIBUTE)) {
        if (names.has(name)) throw new Error(`<${element}> has ${name} twice`);
        names.add(name);
        attributes.push({ element, name, value });
      }
      if (selfClosing !== "/") open.push(element);
    }
    at += whole.length;
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is never closed`);
  if (roots !== 1) throw new Error(`${roots} root elements`);
  const entity = body.search(ENTITY);
  if (entity !== -1) throw new Error(`not an entity: ${body.slice(entity, entity + 20)}`);
  return { elements, attributes };
}
