import assert from "node:assert/strict";
import { allowOnly, createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { allowBrowsers } from "../../../supabase/functions/_shared/http/browsers.ts";
import { HttpError } from "../../../supabase/functions/_shared/http/errors.ts";

function request(origins: string[], method: string, origin: string, path = "/") {
  const app = createApp(() => {});
  app.use(allowBrowsers(origins), allowOnly("GET", "HEAD"));
  app.get("/", (context) => context.json({}));
  app.get("/refused", () => {
    throw new HttpError(401, "no", "no");
  });
  const asks = { "access-control-request-method": "GET", "access-control-request-headers": "x-api-key" };
  return app.request(path, { method, headers: { origin, ...method === "OPTIONS" ? asks : {} } });
}
const page = "https://app.example.com";

Deno.test("a preflight of an allowed page is answered, with what it may send", async () => {
  const { status, headers } = await request([page], "OPTIONS", page);
  assert.equal(status, 204);
  assert.equal(headers.get("access-control-allow-origin"), page);
  for (const header of ["x-api-key", "authorization", "content-type", "mcp-protocol-version", "mcp-method"]) {
    assert.match(headers.get("access-control-allow-headers") ?? "", new RegExp(header));
  }
  assert.equal(headers.get("access-control-allow-credentials"), null);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

Deno.test("an allowed page may read answers and errors, with the headers that tell of limits", async () => {
  for (const [path, status] of [["/", 200], ["/refused", 401], ["/nowhere", 404]] as const) {
    const answer = await request([page], "GET", page, path);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("access-control-allow-origin"), page, path);
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /ratelimit-remaining/);
  }
});

Deno.test("no other page may, nor any when none is allowed", async () => {
  for (const origins of [[page], []]) {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers } = await request(origins, method, "https://evil.example.com");
      assert.equal(headers.get("access-control-allow-origin"), null);
    }
  }
  assert.equal((await request([], "OPTIONS", page)).status, 405);
});

Deno.test("with * any page may", async () => {
  assert.equal((await request(["*"], "GET", page)).headers.get("access-control-allow-origin"), "*");
});
