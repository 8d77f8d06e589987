import assert from "node:assert/strict";
import { headers } from "../../../local/dashboard.ts";
import { inRepository } from "../../../local/paths.ts";

const read = (name: string) => Deno.readTextFile(inRepository("dashboard", "public", name));
const sorted = (pairs: (readonly [string, string])[]) =>
  pairs.map(([name, value]) => [name.toLowerCase(), value]).toSorted();
const wanted = sorted(Object.entries(headers));

Deno.test("no host lets another page show the dashboard in a frame", () => {
  assert.equal(headers["content-security-policy"], "frame-ancestors 'none'");
  assert.equal(headers["x-frame-options"], "DENY");
});

Deno.test("Netlify and Cloudflare Pages send with every file what the local stack sends", async () => {
  const [path, ...lines] = (await read("_headers")).trimEnd().split("\n");
  assert.equal(path, "/*");
  const sent = lines.map((line) => {
    const [, name = "", value = ""] = /^ {2}([\w-]+): (.+)$/.exec(line) ?? [];
    return [name, value] as const;
  });
  assert.deepEqual(sorted(sent), wanted);
});

Deno.test("Vercel sends with every file what the local stack sends", async () => {
  const config: { headers: { source: string; headers: { key: string; value: string }[] }[] } = JSON.parse(
    await read("vercel.json"),
  );
  assert.deepEqual(config.headers.map(({ source }) => source), ["/(.*)"]);
  const sent = config.headers.flatMap((rule) => rule.headers.map(({ key, value }) => [key, value] as const));
  assert.deepEqual(sorted(sent), wanted);
});
