import type { Request } from "express";
import { HttpProblem } from "./problem.ts";
import { allows, type Caller, type Scope, type Tokens } from "./tokens.ts";

export const SESSION_COOKIE = "quantgate_session";

/** Everybody may do everything: only for a service that nobody else can reach. */
const ANYBODY: Caller = { name: "local", scopes: ["admin"] };

export type Authentication = { readonly kind: "tokens"; readonly tokens: Tokens } | { readonly kind: "none" };

/** Whose request it is. Throws `HttpProblem` without a valid token, and for a token that doesn't allow it. */
export async function authenticate(request: Request, scope: Scope, authentication: Authentication): Promise<Caller> {
  const caller = authentication.kind === "none" ? ANYBODY : await callerOf(request, authentication.tokens);
  // Any page can make a browser send requests here; those that change something must come from our own pages.
  if (needsSameOrigin(request, authentication)) assertSameOrigin(request);
  if (!allows(caller, scope))
    throw new HttpProblem("forbidden", `the token "${caller.name}" lacks the scope "${scope}"`, {
      hint: "ask whoever runs the server for a token that has it",
    });
  return caller;
}

async function callerOf(request: Request, tokens: Tokens): Promise<Caller> {
  const token = bearerOf(request) ?? cookieOf(request);
  const caller = token === undefined ? undefined : await tokens.verify(token);
  if (caller !== undefined) return caller;
  throw new HttpProblem("unauthenticated", token === undefined ? "there is no token" : "the token is not valid", {
    hint: "send `Authorization: Bearer <token>`; whoever runs the server makes one with `quantgate tokens add`",
    headers: { "WWW-Authenticate": 'Bearer realm="quantgate"' },
  });
}

function needsSameOrigin(request: Request, { kind }: Authentication): boolean {
  const safe = request.method === "GET" || request.method === "HEAD";
  return !safe && (kind === "none" || bearerOf(request) === undefined);
}

function assertSameOrigin(request: Request): void {
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const foreign = site !== undefined && site !== "same-origin" && site !== "none";
  if (foreign || (origin !== undefined && hostOf(origin) !== host))
    throw new HttpProblem("forbidden", "the request comes from another site");
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function bearerOf(request: Request): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? "")?.[1];
}

function cookieOf(request: Request): string | undefined {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === SESSION_COOKIE && value !== undefined && /^[\x21-\x7e]{1,512}$/.test(value)) return value;
  }
  return undefined;
}
