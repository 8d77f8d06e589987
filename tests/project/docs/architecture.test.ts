import assert from "node:assert/strict";
import { join } from "node:path";
import type { Tokens } from "marked";
import { inRepository } from "../../../local/paths.ts";
import { read } from "../../support/docs.ts";

const links = [...read("docs/architecture.md")].filter(({ type }) => type === "link") as Tokens.Link[];
const toCode = links.filter(({ href }) => href.startsWith("../"));

Deno.test("what a newcomer asks for is in the file that the page leads to", async () => {
  assert.ok(toCode.length >= 6);
  for (const { text, href } of toCode) {
    const code = await Deno.readTextFile(inRepository(join("docs", href)));
    assert.ok(code.includes(text), `${href} has no ${text}`);
  }
});
