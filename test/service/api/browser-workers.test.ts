import { describe, expect, it, onTestFinished } from "vitest";
import { ANSWERS, ServiceStage, startOllama } from "../../faults/service-stage.ts";
import { chromiumMissing, startChromium } from "../../support/chromium.ts";
import { until } from "../../support/cli.ts";
import { redisMissing } from "../../support/redis-server.ts";

const missing = chromiumMissing ?? redisMissing;

describe.skipIf(missing)(
  `the pages of a service with workers${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it("take a spec, show what workers have answered so far, the verdict, and the cancelled run", async () => {
      const ollama = await startOllama();
      const stage = await ServiceStage.set({ ollama, latencyMs: 150 });
      const browser = await startChromium();
      onTestFinished(async () => {
        await browser.close();
        await stage.strike();
        await ollama.close();
      });
      const { url } = await stage.startApi();
      const worker = await stage.start("all");
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(url)) complaints.push(`request: ${request.url()}`);
      });
      page.on("console", (message) => message.type() === "error" && complaints.push(`console: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      const submit = async (): Promise<string> => {
        await page.goto(`${url}/submit`);
        await page.fill("#spec", JSON.stringify(stage.submission()));
        await page.click("button");
        await page.waitForSelector('progress[data-variant="demo/FP16@sim"]');
        return new URL(page.url()).pathname.split("/").at(-1) ?? "";
      };

      const id = await submit();
      // Without a reload: the page is told of answers before the first unit is whole, or at least before the last one is.
      await until(async () => {
        const done = Number(
          await page.evaluate("[...document.querySelectorAll('progress')].reduce((sum, each) => sum + each.value, 0)"),
        );
        expect(done, "the answers were never shown on their way").toBeLessThan(ANSWERS);
        return done > 0;
      });
      ollama.latencyMs = 0;
      await page.waitForSelector("#verdict");
      expect(await page.textContent("#verdict")).toBe("fail");
      expect((await stage.outcomeOf(id)).records).toHaveLength(ANSWERS);
      await page.click("text=Report with every number");
      expect(await page.textContent("h1")).toContain("stage");

      ollama.latencyMs = 150;
      const second = await submit();
      await worker.says("taken", ({ job }) => JSON.stringify(job).includes(second));
      await page.click("text=Cancel");
      await page.waitForSelector("text=cancelled");
      expect(await stage.service.status(second)).toMatchObject({ status: "cancelled", phase: "ended" });
      expect(complaints).toEqual([]);
    });
  },
);
