import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EvaluationServices } from "../../../src/pipeline/evaluation.ts";
import { chromiumMissing, startChromium } from "../../support/chromium.ts";
import { type Harness, ITEMS, runToEnd, specOf, startHarness } from "./harness.ts";

const title =
  chromiumMissing === undefined ? "the pages in a browser" : `the pages in a browser (skipped: ${chromiumMissing})`;

describe.skipIf(chromiumMissing)(title, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium();
  });

  afterAll(() => browser?.close());

  /** A signed-in page; whatever it loads from elsewhere or complains of is collected. */
  async function open(harness: Harness, width: number, colorScheme: "light" | "dark" = "light") {
    const context: BrowserContext = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(harness.url)) complaints.push(`request: ${request.url()}`);
    });
    page.on("console", (message) => message.type() === "error" && complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    await page.goto(`${harness.url}/runs`);
    expect(new URL(page.url()).pathname).toBe("/login");
    await page.fill("#token", harness.tokens.admin);
    await page.click("button");
    expect(new URL(page.url()).pathname).toBe("/runs");
    return { page, complaints, close: () => context.close() };
  }

  const fits = async (page: Page) =>
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), page.url()).toBeLessThanOrEqual(0);

  it("take a spec, show its progress to the verdict, open a flipped item and compare two runs", async () => {
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const change = (services: EvaluationServices): EvaluationServices => ({
      ...services,
      openBackend: async (variant, signal) => {
        const backend = await services.openBackend(variant, signal);
        let asked = 0;
        return {
          ...backend,
          identity: backend.identity,
          loadMs: backend.loadMs,
          close: () => backend.close(),
          generate: async (...request: Parameters<typeof backend.generate>) => {
            asked += 1;
            if (asked > 10) await held;
            return backend.generate(...request);
          },
        } as typeof backend;
      },
    });
    const harness = await startHarness({ change });
    const { page, complaints, close } = await open(harness, 1200);
    await page.click("text=Submit");
    await page.fill("#spec", JSON.stringify({ ...specOf(), policy: "nonsense" }));
    await page.click("button");
    expect(await page.textContent(".warning")).toContain("policy");
    expect(complaints.splice(0).filter((each) => !each.includes("422"))).toEqual([]);
    await page.fill("#spec", JSON.stringify(specOf()));
    await page.click("button");
    await page.waitForSelector('progress[data-variant="taped-1b/FP16@taped"]');
    await page.waitForSelector(`text=10 of ${2 * ITEMS} answers`);
    expect(await page.textContent("[data-show=phase]")).toBe("running");
    expect(await page.locator("progress").first().getAttribute("value")).toBe("10");
    const overview = await page.context().newPage();
    await overview.goto(`${harness.url}/runs`);
    await overview.waitForSelector(`text=10 of ${2 * ITEMS} answers`);
    await overview.close();
    letGo();
    await page.waitForSelector("#verdict");
    expect(await page.textContent("#verdict")).toBe("fail");
    expect(await page.locator(".badge.reference").count()).toBeGreaterThan(0);

    await page.click("text=Report with every number");
    const fold = page.locator("details", { has: page.locator(".example") }).last();
    expect(await fold.locator(".example").first().isVisible()).toBe(false);
    expect(await fold.locator("summary").first().textContent()).toContain("lost");
    await fold.locator("summary").first().click();
    expect(await fold.locator(".example").first().isVisible()).toBe(true);
    expect(await fold.locator(".example").first().textContent()).toContain("arithmetic");

    const second = await runToEnd(harness, specOf({ FP16: "good", Q4_K_M: "same" }));
    await page.goto(`${harness.url}/runs/${second}`);
    await page.click("text=Compare with the run before");
    await page.waitForSelector("#result");
    const flip = page.locator("details.flip").first();
    await flip.locator("summary").click();
    expect(await flip.locator(".answers").isVisible()).toBe(true);
    await page.click("text=Runs");
    await page.click("text=taped-1b");
    expect(await page.locator("tbody tr").count()).toBe(2);
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(["light", "dark"] as const)("fit a phone in the %s scheme, and work from the keyboard", async (scheme) => {
    const harness = await startHarness();
    const [first, second] = [
      await runToEnd(harness),
      await runToEnd(harness, specOf({ FP16: "good", Q4_K_M: "same" })),
    ];
    const { page, complaints, close } = await open(harness, 380, scheme);
    for (const path of [
      "/runs",
      `/runs/${first}`,
      "/submit",
      `/compare?reference=${first}&newer=${second}`,
      "/models/taped-1b",
    ]) {
      await page.goto(harness.url + path);
      await fits(page);
      expect(await page.locator("h1").count()).toBe(1);
      const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      expect(ground).toBe(scheme === "light" ? "rgb(255, 255, 255)" : "rgb(15, 19, 24)");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.className")).toBe("brand");
    }
    expect(complaints).toEqual([]);
    await close();
  });
});
