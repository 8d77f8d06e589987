import { ok } from "node:assert/strict";
import axe from "axe-core";
import { keep, type Page } from "./browser.ts";

/** What axe-core finds serious or worse, each as its rule and the first place. */
async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.map((node) => node.html).slice(0, 2).join(" ")))`);
}

/** Asserts that a state of the page is usable by everybody, and keeps how it looks. */
export async function judge(page: Page, state: string): Promise<void> {
  await keep(page, state);
  const violations = await seriousViolations(page);
  ok(violations.length === 0, `${state}: ${violations.join("; ")}`);
}
