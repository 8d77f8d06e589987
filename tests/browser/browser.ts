import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findOnPath, inRepository } from "../../local/paths.ts";

/** Path of the Chromium of this machine; null when there is none. */
export async function findChromium(): Promise<string | null> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const path = await findOnPath(name);
    if (path !== null) return path;
  }
  return null;
}

/** Where a run keeps what it saw. */
const screenshots = inRepository("tests", "browser", "screenshots");

/** Keeps what a page shows now, by the name of its state. */
export async function keep(page: Page, state: string): Promise<void> {
  await page.screenshot({ path: `${screenshots}/${state}.png` });
}

/** A test with a browser of its own. */
export function browserTest(
  name: string,
  body: (browser: Browser, t: Deno.TestContext) => Promise<void>,
): void {
  // What drives the browser keeps its own timers and pipes.
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async (t) => {
    const executablePath = await findChromium();
    if (executablePath === null) throw new Error("chromium is not on PATH");
    // As root, in a container, Chromium has no sandbox to offer.
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
      await body(browser, t);
    } finally {
      await browser.close();
    }
  });
}

/** Prints a measured figure between the names of the tests. */
export function note(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`    ${text}\n`));
}

export type { Browser, BrowserContext, Page };
