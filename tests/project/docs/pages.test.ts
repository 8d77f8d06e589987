import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import GithubSlugger from "github-slugger";
import type { Tokens } from "marked";
import { mcpPages, mcpPagesPath, regionsOf, withRegions } from "../../../local/docs/regions.ts";
import { tableRegions } from "../../../local/docs/tables.ts";
import { exists, inRepository } from "../../../local/paths.ts";
import { LONGEST_ANSWER } from "../../../supabase/functions/_shared/mcp/bounded.ts";
import { pages, read } from "../../support/docs.ts";

const { tasks } = JSON.parse(await Deno.readTextFile(inRepository("deno.json")));

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = [...read(page)].filter(({ type }) => type === "heading") as Tokens.Heading[];
  return new Set(headings.map(({ text }) => slugger.slug(text)));
}

const linksOf = (page: string) =>
  [...read(page)].flatMap((token) => token.type === "link" ? [(token as Tokens.Link).href] : []);

for (const page of pages.keys()) {
  Deno.test(`every link of ${page} leads somewhere`, async () => {
    for (const href of linksOf(page)) {
      if (/^https?:\/\//.test(href)) {
        assert.ok(URL.canParse(href), href);
        continue;
      }
      const [path = "", anchor] = href.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      assert.ok(await exists(inRepository(target)), `${href} is not there`);
      if (anchor === undefined) continue;
      assert.ok(pages.has(target) && anchorsOf(target).has(anchor), `${href}: no such heading`);
    }
  });

  Deno.test(`every task, file and flag that ${page} speaks of is there`, async () => {
    const text = pages.get(page) ?? "";
    for (const [, task = ""] of text.matchAll(/deno task ([\w:]+)/g)) {
      assert.ok(task in tasks, `deno task ${task}`);
    }
    const code = [...read(page)].flatMap((token) =>
      token.type === "codespan" ? [(token as Tokens.Codespan).text] : []
    );
    const paths = code.filter((each) =>
      /^(supabase|local|tests|bench|docs|dashboard|\.github)\/[\w./-]+$/.test(each)
    );
    for (const path of paths.filter((each) => !NOT_COMMITTED.includes(each))) {
      assert.ok(await exists(inRepository(path)), `${path} is not there`);
    }
  });
}

/** Files that a command writes. */
const NOT_COMMITTED = [
  "supabase/functions/.env.production",
  "supabase/functions/.env",
  "bench/results.json",
  "dashboard/dist",
];

Deno.test("the tables are what the code makes of them now", async () => {
  const regions = await tableRegions();
  for (const [page, text] of pages) {
    assert.equal(text, await withRegions(text, regions), `${page}: run deno task docs:tables`);
  }
});

Deno.test("assistants read the pages as they are, and each is short enough to be read whole", async () => {
  const made = await Deno.readTextFile(mcpPagesPath);
  assert.equal(made, mcpPages(pages), "run deno task docs:tables");
  for (const [name, { text }] of Object.entries<{ text: string }>(JSON.parse(made))) {
    assert.ok(text.length > 0 && text.length <= LONGEST_ANSWER, name);
  }
});

Deno.test("every made part of a page has its maker, and each is on a page", async () => {
  const known = [...Object.keys(await tableRegions()), "rpc", "settings"];
  const used = new Set([...pages.values()].flatMap(regionsOf));
  assert.deepEqual([...used].toSorted(), known.toSorted());
});

Deno.test("every page is found from the index", () => {
  const linked = new Set(linksOf("docs/README.md").map((href) => join("docs", href)));
  const others = [...pages.keys()].filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  assert.deepEqual(others.filter((page) => !linked.has(page)), []);
  assert.ok(
    linksOf("README.md").some((href) => /^docs\/?(README\.md)?$/.test(href)),
    "README.md leads to it",
  );
});

Deno.test("no page tells of a place where it was written", () => {
  for (const [page, text] of pages) assert.doesNotMatch(text, /\/work\/|\/tmp\/|TODO|FIXME/, page);
});

Deno.test("every picture of a page is there, and says what it shows", async () => {
  for (const page of pages.keys()) {
    const pictures = [...read(page)].filter(({ type }) => type === "image") as Tokens.Image[];
    for (const { href, text } of pictures) {
      assert.ok(await exists(inRepository(join(dirname(page), href))), href);
      assert.ok(text.length > 20, `${href} has no text for who cannot see it`);
    }
  }
});
