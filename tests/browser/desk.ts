import { newAccount, stack } from "../support/stack.ts";
import type { Browser, BrowserContext, Page } from "./browser.ts";

/** The user that the local stack's page is signed in as. */
export const userId: string = JSON.parse(atob(stack.user_jwt.split(".")[1] ?? "")).sub;

/** A fresh account that the page may see; returns its name. */
export const ownAccount = (settings: Record<string, unknown> = {}): Promise<string> =>
  newAccount({ owner_id: userId, settings: { leverage: null, ...settings } });

/** How somebody looks at the page. */
export interface Look {
  account?: string;
  scheme?: "dark" | "light";
  phone?: boolean;
}

/** A page, and everything that went wrong on it. */
export interface Desk {
  page: Page;
  context: BrowserContext;
  /** Uncaught errors and breaches of the content security policy. */
  problems: string[];
}

/** Opens a window without going anywhere yet. */
export async function openWindow(
  browser: Browser,
  { account, scheme = "dark", phone = false }: Look,
): Promise<Desk> {
  const context = await browser.newContext({
    colorScheme: scheme,
    reducedMotion: "reduce",
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 1000 },
    hasTouch: phone,
    isMobile: phone,
    acceptDownloads: true,
  });
  // Only says that something never came: how soon it came is measured where it was promised.
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  if (account !== undefined) {
    await page.addInitScript(
      `localStorage.setItem("supabase-automation.account", ${JSON.stringify(account)})`,
    );
  }
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && /security policy|trusted/i.test(message.text())) {
      problems.push(message.text());
    }
  });
  return { page, context, problems };
}

/** Opens the page, and waits until it shows the account. */
export async function openDesk(browser: Browser, look: Look = {}): Promise<Desk> {
  const desk = await openWindow(browser, look);
  await desk.page.goto(stack.dashboard_url);
  await desk.page.locator(".figures-row").waitFor();
  return desk;
}

/** Opens one of the tables. */
export async function openTable(page: Page, title: string): Promise<void> {
  await page.getByRole("tab", { name: title }).click();
}

/** The texts of a column of the open table, from top to bottom. */
export async function columnTexts(page: Page, title: string): Promise<string[]> {
  const headings = await page.locator(".rows thead th").allInnerTexts();
  const index = headings.findIndex((heading) => heading.replace(/[↑↓\s]+$/, "") === title);
  const cells = page.locator(`.rows tbody tr td:nth-child(${index + 1})`);
  return (await cells.allInnerTexts()).map((text) => text.trim());
}

/** Waits until the open table shows the answer to what was asked last. */
export async function settled(page: Page): Promise<void> {
  await page.locator(".tables .outcome:not(.is-stale)").waitFor();
}

/** Waits until the open table has so many rows. */
export async function rowCount(page: Page, count: number): Promise<void> {
  await page.locator(`.rows tbody tr:first-child:nth-last-child(${count})`).waitFor();
}
