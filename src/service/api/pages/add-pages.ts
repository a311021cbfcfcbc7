import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { messageOf, UsageError } from "../../../domain/errors.ts";
import type { Verdicts } from "../../../gate/verdict.ts";
import { parseQuestion } from "../../../recommend/parse-question.ts";
import { readManifest } from "../../../store/read-manifest.ts";
import { authenticate, SESSION_COOKIE } from "../authenticate.ts";
import { check } from "../check-request.ts";
import { assertPlainJson } from "../json-guard.ts";
import { OPERATIONS } from "../operations/operations.ts";
import type { ServiceParts } from "../parts.ts";
import { HttpProblem, problemOf } from "../problem.ts";
import { storedRecommendation } from "../stored-recommendation.ts";
import { documentOf, openRun } from "../stored-runs.ts";
import { submitSpec } from "../submit-spec.ts";
import { SubmittedSpecSchema } from "../submitted-spec.ts";
import type { Caller, Scope } from "../tokens.ts";
import { LIVE_SCRIPT, PAGE_STYLE } from "./assets.ts";
import { renderComparePage } from "./compare-page.ts";
import { exampleSpec, renderErrorPage, renderLoginPage, renderSubmitPage } from "./forms.ts";
import { renderHistoryPage } from "./history-page.ts";
import { renderRecommendPage } from "./recommend-page.ts";
import { renderRunPage } from "./run-page.ts";
import { renderRunsPage } from "./runs-page.ts";

const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const RUNS_SHOWN = 50;
const HISTORY_SHOWN = 100;
const SESSION_S = 12 * 60 * 60;

type PageHandler = (request: Request, response: Response, caller: Caller) => Promise<string | undefined>;

/** Pages for people; what they show and do is what the API does. */
export function addPages(app: Express, parts: ServiceParts, takeTurn: (caller: string) => void): void {
  const { store, service, backends, findDatasets, authentication } = parts;
  const form = express.urlencoded({ extended: false, limit: "256kb", inflate: false, parameterLimit: 10 });

  const page = (method: "get" | "post", path: string, scope: Scope, handler: PageHandler): void => {
    app[method](path, async (request, response, next) => {
      response.locals.operation = `page ${path}`;
      try {
        const caller = await authenticate(request, scope, authentication);
        response.locals.caller = caller.name;
        takeTurn(caller.name);
        if (method === "post") await parseForm(form, request, response);
        const html = await handler(request, response, caller);
        if (html !== undefined) sendPage(response, 200, html);
      } catch (error) {
        showProblem(error, response, next);
      }
    });
  };

  asset(app, "/assets/style.css", "text/css", PAGE_STYLE);
  asset(app, "/assets/live.js", "text/javascript", LIVE_SCRIPT);
  app.get("/favicon.ico", (_, response) => {
    response.status(204).end();
  });
  app.get("/", (_, response) => response.redirect(303, "/runs"));
  addLogin(app, parts, takeTurn, form);

  page("get", "/runs", "read", async (request) => {
    const given = Object.fromEntries(Object.entries(request.query).filter(([, value]) => value !== ""));
    const { model, overall, after } = check(OPERATIONS.listRuns.query, given, "query", "invalid-request");
    const { runs, more } = await store.find(
      { ...(model === undefined ? {} : { model }), ...(overall === undefined ? {} : { overall }) },
      { limit: RUNS_SHOWN, ...(after === undefined ? {} : { after }) },
    );
    return renderRunsPage({ runs, next: more ? runs.at(-1)?.id : undefined, filter: { model, overall } });
  });
  page("get", "/runs/:id", "read", async (request) => {
    const run = await openRun(store, runIdOf(request));
    const { spec } = await readManifest(run);
    const state = await service.status(run.id);
    const verdicts = await run.read("verdicts.json");
    const models = spec.models.map(({ name }) => name);
    const [model] = models;
    const earlier =
      model === undefined
        ? undefined
        : (await store.find({ model, statuses: ["completed"] }, { limit: 1, after: run.id })).runs[0]?.id;
    return renderRunPage({
      state,
      name: spec.name,
      models,
      verdicts: verdicts === undefined ? undefined : (JSON.parse(verdicts) as Verdicts),
      earlier,
      hasReport: (await run.read("report.html")) !== undefined,
    });
  });
  page("post", "/runs/:id/cancel", "submit", async (request, response) => {
    const run = await openRun(store, runIdOf(request));
    await service.cancel(run.id);
    response.redirect(303, `/runs/${run.id}`);
    return undefined;
  });
  page("get", "/runs/:id/report", "read", async (request, response) => {
    const html = await documentOf(store, runIdOf(request), "report.html");
    response.set("Content-Security-Policy", REPORT_POLICY).type("html").send(html);
    return undefined;
  });
  page("get", "/models/:model", "read", async (request) => {
    const { model } = check(OPERATIONS.listRuns.query, { model: request.params.model }, "path", "invalid-request");
    const { runs, more } = await store.find({ model: model ?? "", statuses: ["completed"] }, { limit: HISTORY_SHOWN });
    return renderHistoryPage(model ?? "", runs, more);
  });
  page("get", "/recommend", "read", async (request) => {
    const { runs } = await store.find({ statuses: ["completed"] }, { limit: RUNS_SHOWN });
    const models = [...new Set(runs.flatMap((run) => run.models))];
    const asked = Object.fromEntries(
      Object.entries(request.query).flatMap(([name, value]) =>
        typeof value === "string" && value.trim() !== "" ? [[name, value]] : [],
      ),
    );
    if (asked.model === undefined) return renderRecommendPage({ models, asked });
    try {
      return renderRecommendPage({ models, asked, found: await storedRecommendation(store, parseQuestion(asked, [])) });
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof HttpProblem)) throw error;
      return renderRecommendPage({ models, asked, problem: error.message });
    }
  });
  page("get", "/compare", "read", async (request) => {
    const { runs } = await store.find({ statuses: ["completed"] }, { limit: RUNS_SHOWN });
    const { reference, newer } = request.query;
    if (reference === undefined || newer === undefined)
      return renderComparePage({ runs, newer: runs[0]?.id, reference: runs[1]?.id });
    const asked = check(OPERATIONS.compareRuns.query, { reference, newer }, "query", "invalid-request");
    try {
      const { compareStoredRuns } = await import("../compare-stored-runs.ts");
      const [before, after] = [await openRun(store, asked.reference), await openRun(store, asked.newer)];
      return renderComparePage({
        runs,
        ...asked,
        found: await compareStoredRuns(before, after, store, new AbortController().signal),
      });
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      return renderComparePage({ runs, ...asked, problem: error.message });
    }
  });
  page("get", "/submit", "submit", async () =>
    renderSubmitPage(backends.list(), await findDatasets.names(), { spec: exampleSpec(backends.list()) }),
  );
  page("post", "/submit", "submit", async (request, response, caller) => {
    const text = fieldOf(request, "spec");
    try {
      const body = parseSpec(text);
      assertPlainJson(body);
      const submission = check(SubmittedSpecSchema, body, "spec", "invalid-spec");
      const { id } = await submitSpec(submission, { submittedBy: caller.name }, parts);
      response.redirect(303, `/runs/${id}`);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500) throw error;
      const names = await findDatasets.names();
      const html = renderSubmitPage(backends.list(), names, {
        spec: text,
        problem: problem.message,
        hint: problem.hint,
      });
      sendPage(response, problem.status, html);
    }
    return undefined;
  });
}

function addLogin(
  app: Express,
  { authentication }: ServiceParts,
  takeTurn: (caller: string) => void,
  form: express.RequestHandler,
): void {
  app.get("/login", (_, response) => sendPage(response, 200, renderLoginPage(undefined)));
  app.post("/login", async (request, response, next) => {
    response.locals.operation = "page /login";
    try {
      takeTurn(`address ${request.socket.remoteAddress ?? ""}`);
      await parseForm(form, request, response);
      const token = fieldOf(request, "token").trim();
      if (authentication.kind === "tokens") {
        if ((await authentication.tokens.verify(token)) === undefined) {
          sendPage(response, 401, renderLoginPage("The token is not valid."));
          return;
        }
        response.cookie(SESSION_COOKIE, token, {
          httpOnly: true,
          sameSite: "strict",
          secure: request.secure,
          path: "/",
          maxAge: SESSION_S * 1000,
          encode: (value) => value,
        });
      }
      response.redirect(303, "/runs");
    } catch (error) {
      showProblem(error, response, next);
    }
  });
}

function showProblem(error: unknown, response: Response, next: NextFunction): void {
  const problem = problemOf(error);
  if (problem.status >= 500) next(error);
  else if (problem.kind === "unauthenticated") response.redirect(303, "/login");
  else {
    response.set(problem.headers);
    sendPage(response, problem.status, renderErrorPage("That didn't work", problem.message, problem.hint));
  }
}

function sendPage(response: Response, status: number, html: string): void {
  response.status(status).set("Content-Security-Policy", PAGE_POLICY).type("html").send(html);
}

function asset(app: Express, path: string, type: string, text: string): void {
  app.get(path, (_, response) => {
    response.type(type).set("Cache-Control", "public, max-age=300").send(text);
  });
}

function parseForm(form: express.RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    form(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
}

function fieldOf(request: Request, name: string): string {
  const body: unknown = request.body;
  const value =
    typeof body === "object" && body !== null && Object.hasOwn(body, name)
      ? Object.entries(body).find(([key]) => key === name)?.[1]
      : undefined;
  return typeof value === "string" ? value : "";
}

function parseSpec(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new HttpProblem("invalid-spec", `not valid JSON: ${messageOf(error)}`);
  }
}

function runIdOf(request: Request): string {
  return check(OPERATIONS.getRun.params, { id: request.params.id }, "path", "not-found").id;
}
