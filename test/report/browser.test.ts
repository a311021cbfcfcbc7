import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../src/report/html.ts";
import { renderJUnit } from "../../src/report/junit.ts";
import { chromiumMissing, startChromium } from "../support/chromium.ts";
import { poison } from "./hostile.ts";
import { MODEL, sampleData } from "./sample-data.ts";

const title = `the HTML report in a browser${chromiumMissing === undefined ? "" : ` (skipped: ${chromiumMissing})`}`;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly height: number;
}

describe.skipIf(chromiumMissing)(title, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quantgate-report-"));
    const data = sampleData([MODEL, "qwen2.5-1.5b"]);
    await writeFile(join(folder, "plain.html"), renderHtml(data));
    await writeFile(join(folder, "hostile.html"), renderHtml(poison(sampleData())));
    browser = await startChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a file from disk; whatever it asks for or complains of is collected. */
  async function open(file: string, width: number, colorScheme: "light" | "dark" = "light") {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    const url = pathToFileURL(join(folder, file)).href;
    const complaints: string[] = [];
    page.on("request", (request) => request.url() === url || complaints.push(`request: ${request.url()}`));
    page.on("console", (message) => complaints.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    await page.goto(url, { waitUntil: "load" });
    return { page, complaints, close: () => context.close() };
  }

  async function unfold(page: Page): Promise<void> {
    await page.locator("details").evaluateAll((all) => {
      for (const details of all) details.setAttribute("open", "");
    });
  }

  async function boxes(page: Page, selector: string): Promise<readonly Box[]> {
    return page.locator(selector).evaluateAll((all) =>
      all.map((element) => {
        const { left, right, width, height } = element.getBoundingClientRect();
        return { left, right, width, height };
      }),
    );
  }

  it.each([
    ["plain.html", 1200],
    ["plain.html", 380],
    ["hostile.html", 1200],
    ["hostile.html", 380],
  ])("%s at %i px neither scrolls sideways nor runs or fetches anything", async (file, width) => {
    const { page, complaints, close } = await open(file, width);
    await unfold(page);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await page.evaluate("'ran' in globalThis")).toBe(false);
    expect(await page.locator("script, img, iframe, link, form").count()).toBe(0);
    expect(await page.locator("body *").count()).toBeGreaterThan(500);
    expect(complaints).toEqual([]);
    await close();
  });

  it.each([1200, 380])("draws plots that fill their place at %i px", async (width) => {
    const { page, close } = await open("plain.html", width);
    const plots = page.locator("svg.plot");
    expect(await plots.count()).toBe(10);
    const places = await boxes(page, ".canvas");
    for (const [index, plot] of (await boxes(page, "svg.plot")).entries()) {
      expect(plot.width).toBeGreaterThan(300);
      expect(plot.width).toBeLessThanOrEqual((places[index]?.width ?? 0) + 1);
      expect(plot.height).toBeGreaterThan(150);
      expect(await plots.nth(index).locator(".point").count()).toBeGreaterThan(3);
      const id = (await plots.nth(index).getAttribute("aria-labelledby"))?.split(" ")[0] ?? "";
      for (const text of await boxes(page, `svg[aria-labelledby^="${id} "] :is(.label, .numbers)`)) {
        expect(text.left).toBeGreaterThanOrEqual(plot.left - 1);
        expect(text.right).toBeLessThanOrEqual(plot.right + 1);
      }
    }
    await close();
  });

  it("keeps the labels of neighbouring columns apart on a narrow screen", async () => {
    const { page, close } = await open("plain.html", 380);
    const labels = await boxes(page, "figure.columns text.label");
    expect(labels).toHaveLength(28);
    for (const [index, label] of labels.entries()) {
      const left = labels[index - 1];
      if (left !== undefined && left.left < label.left) expect(label.left).toBeGreaterThanOrEqual(left.right);
    }
    await close();
  });

  it.each(["light", "dark"] as const)("has readable text in the %s scheme", async (scheme) => {
    const { page, close } = await open("plain.html", 1200, scheme);
    const ground = luminance(await colorOf(page.locator("body"), "background-color"));
    for (const selector of [
      ".badge.pass",
      ".badge.fail",
      ".badge.inconclusive",
      ".badge.reference",
      "caption",
      "p",
      "small",
      "a",
    ]) {
      const element = page.locator(selector).first();
      const own = await colorOf(element, "background-color");
      const behind = own === "rgba(0, 0, 0, 0)" ? ground : luminance(own);
      const [dark = 0, light = 0] = [luminance(await colorOf(element, "color")), behind].sort((a, b) => a - b);
      expect((light + 0.05) / (dark + 0.05), selector).toBeGreaterThanOrEqual(4.5);
    }
    await close();
  });

  it("prints what is folded", async () => {
    const { page, close } = await open("plain.html", 1200);
    const hidden = (): Promise<number> =>
      page
        .locator("details :is(.table, article, pre)")
        .evaluateAll((all) => all.filter((element) => !element.checkVisibility()).length);
    expect(await hidden()).toBeGreaterThan(10);
    await page.emulateMedia({ media: "print" });
    expect(await hidden()).toBe(0);
    await close();
  });

  it("reads the JUnit file as XML", async () => {
    const { page, close } = await open("plain.html", 1200);
    const { verdicts, summary } = poison(sampleData());
    const xml = renderJUnit(verdicts, summary);
    const script = `(() => {
      const read = new DOMParser().parseFromString(${JSON.stringify(xml)}, "application/xml");
      return [read.querySelectorAll("parsererror").length, read.querySelectorAll("testcase").length];
    })()`;
    expect(await page.evaluate(script)).toEqual([0, 30]);
    await close();
  });
});

async function colorOf(element: Locator, property: "color" | "background-color"): Promise<string> {
  return element.evaluate((found, name) => {
    const style = found.ownerDocument.defaultView?.getComputedStyle(found);
    return style?.getPropertyValue(name) ?? "";
  }, property);
}

/** Relative luminance of a CSS colour, WCAG 2.1. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((value) => {
    const share = Number(value) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
