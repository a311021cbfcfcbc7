import type { LogRequest } from "./log-request.ts";

/** What kind of request one is: those of a kind are sampled together. */
export interface Stratum {
  readonly length: string;
  readonly route: string;
  readonly time: string;
}

/** Prompts of up to so many characters, by name. */
const LENGTHS: readonly (readonly [number, string])[] = [
  [200, "up to 200 characters"],
  [1000, "201 to 1,000"],
  [4000, "1,001 to 4,000"],
  [Number.POSITIVE_INFINITY, "over 4,000"],
];
const PARTS_OF_DAY = ["night (0–6 h UTC)", "morning (6–12 h UTC)", "afternoon (12–18 h UTC)", "evening (18–24 h UTC)"];
/** Routes that are told apart; the rest are one, so that free text in a route makes no stratum of every request. */
const MOST_ROUTES = 50;

/** Tells requests apart by length of the prompt, route and part of the day. */
export class Strata {
  readonly #cleanRoute: (route: string) => string;
  /** Routes as they stand in the log, and as they are told. */
  readonly #routes = new Map<string, string>();

  /** `cleanRoute` takes personal data out of a route. */
  constructor(cleanRoute: (route: string) => string) {
    this.#cleanRoute = cleanRoute;
  }

  of({ prompt, route = "none", timeMs }: LogRequest): Stratum {
    if (this.#routes.size < MOST_ROUTES && !this.#routes.has(route)) this.#routes.set(route, this.#cleanRoute(route));
    const length = LENGTHS.find(([most]) => prompt.length <= most)?.[1] ?? "";
    const hour = timeMs === undefined ? undefined : new Date(timeMs).getUTCHours();
    return {
      length,
      route: this.#routes.get(route) ?? "other",
      time: hour === undefined ? "unknown" : (PARTS_OF_DAY[Math.floor(hour / 6)] ?? "unknown"),
    };
  }
}
