import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findOnPath, inRepository } from "../../local/paths.ts";

/** Path of the Chromium of this machine; null when there is none. */
export async function findChromium(): Promise<string | null> {
  return await findOnPath("chromium") ?? await findOnPath("chromium-browser") ?? await findOnPath("google-chrome");
}

/** Opens a browser for `body`, and closes it. */
export async function withBrowser(body: (browser: Browser) => Promise<void>): Promise<void> {
  const executablePath = await findChromium();
  if (executablePath === null) throw new Error("chromium is not on PATH");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

export type { Browser, BrowserContext, Page };

/** Where a run keeps what it saw. */
export const screenshots = inRepository("tests", "browser", "screenshots");
