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

/** Starts Chromium, once more when it did not start. */
async function launch(): Promise<Browser> {
  const executablePath = await findChromium();
  if (executablePath === null) throw new Error("chromium is not on PATH");
  const start = () =>
    chromium.launch({
      executablePath,
      // As root, in a container, Chromium has no sandbox to offer, and no graphics card.
      args: ["--no-sandbox", "--disable-gpu"],
      timeout: 60_000,
    });
  return await start().catch((error) => {
    note(`Chromium did not start, and is started once more: ${error}`);
    return start();
  });
}

/**
 * Closes a browser. Answers that a test gives in the page's name are under way perhaps: one that finds its page closed
 * would be an error that belongs to no test, and Deno then fails every test of the file.
 */
async function close(browser: Browser): Promise<void> {
  const pages = browser.contexts().flatMap((context) => context.pages());
  await Promise.all(pages.map((page) => page.unrouteAll({ behavior: "ignoreErrors" }).catch(() => {})));
  await browser.close();
}

/** What the pages of a browser show and complain of, in a few lines for who was not there. */
async function lookAt(browser: Browser): Promise<string> {
  const pages = browser.contexts().flatMap((context) => context.pages());
  const looks = await Promise.all(pages.map(async (page) => {
    const text = page.locator("body").innerText({ timeout: 5_000 }).catch(() =>
      "nothing: it does not answer"
    );
    const errors = page.pageErrors().then((all) => all.map(({ message }) => message)).catch(() => []);
    const shown = (await text).replaceAll(/\s+/g, " ").slice(0, 200);
    return [`${page.url()} shows: ${shown}`, ...await errors].join("\n");
  }));
  return looks.join("\n");
}

/** Runs a part of a test; when it fails its error tells what the pages looked like then. */
async function observed(browser: Browser, part: () => Promise<void>): Promise<void> {
  try {
    await part();
  } catch (error) {
    // A failed step has told it already.
    if (error instanceof StepFailed) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\n${await lookAt(browser)}`, { cause: error });
  }
}

class StepFailed extends Error {}

/** Parts of a test, each with its name. */
export interface Steps {
  /** After a part that failed the test is over: those that follow would wait for what it did not do. */
  step(name: string, part: () => Promise<void>): Promise<void>;
}

/** A test with a browser of its own. */
export function browserTest(
  name: string,
  body: (browser: Browser, t: Steps) => Promise<void>,
): void {
  // What drives the browser keeps its own timers and pipes.
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async (t) => {
    const browser = await launch();
    try {
      await observed(browser, () =>
        body(browser, {
          step: async (name, part) => {
            if (!await t.step(name, () => observed(browser, part))) throw new StepFailed(`after "${name}"`);
          },
        }));
    } finally {
      await close(browser);
    }
  });
}

/** Prints a measured figure between the names of the tests. */
export function note(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`    ${text}\n`));
}

export type { Browser, BrowserContext, Page };
