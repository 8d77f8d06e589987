import { deepEqual, equal, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { post } from "../support/alerts.ts";
import { atMostOnce } from "../support/noise.ts";
import { stack } from "../support/stack.ts";
import { type Browser, browserTest, note } from "./browser.ts";
import { openDesk, openWindow, ownAccount } from "./desk.ts";

const LARGEST_LOAD = 400_000;

browserTest(
  "the first load is under 400 kB compressed, and nothing of it comes from elsewhere",
  async (browser) => {
    const account = await ownAccount();
    // With something to chart: what draws it is a part of the load.
    const alert = { symbol: "AAPL", action: "buy", quantity: "1", price: "100" };
    await post(alert, { query: `?account=${account}` });
    const { page, problems } = await openWindow(browser, { account });
    const paths = new Set<string>();
    const strangers: string[] = [];
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (![stack.dashboard_url, stack.api_url].includes(url.origin)) strangers.push(url.href);
      if (url.origin === stack.dashboard_url) paths.add(url.pathname);
    });
    await page.goto(stack.dashboard_url);
    await page.locator(".equity canvas").first().waitFor();
    await page.locator(".symbol canvas").first().waitFor();
    // Asked for again: Chromium does not keep every body that it has read.
    const loaded = await Promise.all([...paths].map(async (url) => {
      const response = await fetch(stack.dashboard_url + url);
      return { url, size: gzipSync(await response.bytes()).length };
    }));
    const total = loaded.reduce((sum, { size }) => sum + size, 0);
    for (const { url, size } of loaded) note(`${url} ${size} bytes`);
    note(`together ${total} bytes compressed`);
    ok(loaded.length >= 4);
    ok(total < LARGEST_LOAD, `${total} bytes`);
    deepEqual(strangers, []);
    deepEqual(problems, []);
  },
);

/** Notes in the page when the account's figures, and the table with its buttons, are drawn. */
const WATCH = `new MutationObserver((_, observer) => {
  if (document.querySelector(".tables .empty, .tables .rows") === null) return;
  globalThis.drawnAt = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });`;

/** Milliseconds until a visit shows the account, and its tables answer. */
async function visit(browser: Browser, look: { account?: string }): Promise<number> {
  const { page, context } = await openWindow(browser, look);
  await page.addInitScript(WATCH);
  await page.goto(stack.dashboard_url);
  // By the keyboard: what is drawn meanwhile moves the tab away between the two halves of a click.
  await page.getByRole("tab", { name: "Alerts" }).press("Enter");
  await page.locator("#tab-alerts[aria-selected=true]").waitFor();
  await page.locator(".tables .empty, .tables .rows").first().waitFor();
  const drawnAt = Number(await page.evaluate("globalThis.drawnAt"));
  await context.close();
  return drawnAt;
}

browserTest("it shows the account, and answers, within a second of being opened", async (browser) => {
  const account = await ownAccount();
  const kinds = [["the first visit", {}], ["a later one, which knows the account", { account }]] as const;
  for (const [what, look] of kinds) {
    const times: number[] = [];
    while (times.length < 5 || times.length < 15 && Math.min(...times) > 1_000) {
      times.push(await visit(browser, look));
    }
    note(`${what}: interactive after ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
    // The best of them, since a busy machine only adds; and it is twice as slow as others perhaps.
    ok(Math.min(...times) < 2_000, `${Math.min(...times).toFixed(0)} ms`);
  }
});

/** What goes through a history, of all that the first screen asks for. */
const HISTORIES = ["performance", "equity_curve", "daily_results", "symbol_chart"];

browserTest("the first screen asks for no more at once than the database has places for", async (browser) => {
  const account = await ownAccount();
  for (const action of ["buy", "sell"]) {
    await post({ symbol: "AAPL", action, quantity: "1", price: "100" }, { query: `?account=${account}` });
  }
  const { page } = await openWindow(browser, { account });
  const asked: string[] = [];
  const under = { way: 0, wayInHistories: 0 };
  let [most, mostInHistories] = [0, 0];
  await page.route("**/rest/v1/rpc/*", async (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1) ?? "";
    const through = HISTORIES.includes(name) ? 1 : 0;
    asked.push(name);
    most = Math.max(most, ++under.way);
    mostInHistories = Math.max(mostInHistories, under.wayInHistories += through);
    // As long as the database would take over a long history: all that is asked at once is under way at once.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const answer = await route.fetch();
    equal(answer.status(), 200, name);
    under.way--;
    under.wayInHistories -= through;
    await route.fulfill({ response: answer });
  });
  await page.goto(stack.dashboard_url);
  await page.locator(".equity canvas").first().waitFor();
  await page.locator(".symbol canvas").first().waitFor();
  await page.waitForFunction("document.querySelector('.skeleton') === null");
  deepEqual(HISTORIES.filter((name) => !asked.includes(name)), []);
  ok(mostInHistories < 3 && most < 6, `${most} at once, ${mostInHistories} of them through a history`);
});

/** Adds up what moved by itself, as browsers score it (https://web.dev/articles/cls). */
const SCORE = `globalThis.moved = 0;
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) globalThis.moved += value;
}).observe({ type: "layout-shift", buffered: true });`;
const GOOD_SCORE = 0.1;

browserTest(
  "what comes later moves little of what is there: a click meets what it was aimed at",
  async (browser) => {
    const account = await ownAccount();
    for (const symbol of ["AAPL", "MSFT"]) {
      await post({ symbol, action: "buy", quantity: "1", price: "100" }, { query: `?account=${account}` });
    }
    // Measured again until it is good: on a busy machine the answers come one by one, and each moves what is below it once
    // more. The order is the machine's, and what a page in another order scores is not promised.
    const moved = await atMostOnce(GOOD_SCORE, async () => {
      const { page, context } = await openWindow(browser, { account });
      await page.addInitScript(SCORE);
      await page.goto(stack.dashboard_url);
      await page.locator(".equity canvas").first().waitFor();
      await page.locator(".symbol canvas").first().waitFor();
      const score = Number(await page.evaluate("globalThis.moved"));
      await context.close();
      return score;
    });
    note(`moved: ${moved.toFixed(3)}`);
  },
);

/** What the page's host answers to a request that no browser and no `fetch` would send. */
async function askFor(path: string, host = new URL(stack.dashboard_url).host): Promise<string> {
  const { hostname, port } = new URL(stack.dashboard_url);
  const socket = await Deno.connect({ hostname, port: Number(port) });
  await socket.write(
    new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
  );
  return await new Response(socket.readable).text();
}

Deno.test("no file beside the page is served, however its path is written", async () => {
  const up = ["..", "%2e%2e", "..%2f..", "%252e%252e", "..\\..", "./.."];
  for (const path of ["//etc/passwd", "/%zz", "/%00", ...up.map((each) => `/${each}/deno.json`)]) {
    const answer = await askFor(path);
    ok(/^HTTP\/1\.1 40[04] /.test(answer), `${path}: ${answer}`);
  }
  ok((await askFor("/index.html")).startsWith("HTTP/1.1 200"));
});

browserTest("config.json is given to this machine's own names only", async () => {
  const ask = (host: string) => askFor("/config.json", host);
  const { port } = new URL(stack.dashboard_url);
  ok((await ask(`127.0.0.1:${port}`)).includes(stack.user_jwt));
  const strange = await ask(`rebound.example.com:${port}`);
  ok(strange.startsWith("HTTP/1.1 421"));
  equal(strange.includes(stack.user_jwt), false);
});

browserTest(
  "it is signed in to the local stack already, and policy keeps other scripts out",
  async (browser) => {
    const { page, problems } = await openDesk(browser);
    ok((await page.getByLabel("Account", { exact: true }).first().textContent())?.length);
    const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
    ok(policy?.includes("default-src 'none'"));
    ok(policy?.includes("script-src 'self';"));
    equal(/unsafe/.test(policy ?? ""), false);
    deepEqual(problems, []);
  },
);
