import { HttpProblem } from "./problem.ts";

/** Keys that reach into an object's prototype where code is careless. */
const POISON = new Set(["__proto__", "constructor", "prototype"]);
const MAX_DEPTH = 12;
const MAX_VALUES = 20_000;

/** Throws `HttpProblem` for bodies that are nested too deeply, hold too many values or carry keys that pollute prototypes. */
export function assertPlainJson(body: unknown): void {
  let values = 0;
  const visit = (value: unknown, depth: number): void => {
    values += 1;
    if (values > MAX_VALUES) throw new HttpProblem("too-large", `the body has more than ${MAX_VALUES} values`);
    if (typeof value !== "object" || value === null) return;
    if (depth >= MAX_DEPTH) throw new HttpProblem("invalid-request", `the body is nested deeper than ${MAX_DEPTH}`);
    if (Array.isArray(value)) {
      for (const each of value) visit(each, depth + 1);
      return;
    }
    for (const [key, each] of Object.entries(value)) {
      if (POISON.has(key))
        throw new HttpProblem("invalid-request", `the body has a key "${key}", which nothing may be called`);
      visit(each, depth + 1);
    }
  };
  visit(body, 0);
}
