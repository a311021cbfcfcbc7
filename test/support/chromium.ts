import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Why there is no browser here; `undefined` when there is. */
export const chromiumMissing = existsSync(executablePath)
  ? undefined
  : `no Chromium at ${executablePath}; set CHROMIUM_PATH`;

/** A headless browser that asks nothing of anybody by itself. */
export function startChromium(): Promise<Browser> {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({ executablePath, headless: true, args });
}
