import assert from "node:assert/strict";
import { access } from "../../../local/doctor/checks/access.ts";
import { readHttpFacts } from "../../../local/doctor/facts/http.ts";
import { allowSources, parseSources } from "../../../supabase/functions/_shared/http/allowed-sources.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import type { TrustedProxy } from "../../../supabase/functions/_shared/network/client-address.ts";
import { HttpError } from "../../../supabase/functions/_shared/http/errors.ts";
import { withEnv } from "../../support/doctor-facts.ts";

/** What doctor finds of a project whose proxies append these addresses, and which trusts so many of them. */
async function examine(list: string, proxy: TrustedProxy, appended: string) {
  const sources = parseSources(list);
  assert.ok(typeof sources === "function");
  const app = createApp(() => {});
  app.use(allowSources(sources, proxy));
  app.post("/functions/v1/alerts", () => {
    throw new HttpError(401, "missing_key", "no key came");
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const headers = new Headers(request.headers);
    headers.append("x-forwarded-for", appended);
    return app.fetch(new Request(request, { headers }));
  });
  try {
    const functions = await readHttpFacts(`http://127.0.0.1:${server.addr.port}`, list);
    const judge = access["alert-sources"];
    assert.ok(judge !== undefined);
    return judge({ ...withEnv({ ALLOWED_ALERT_IPS: list }), functions });
  } finally {
    await server.shutdown();
  }
}

Deno.test("a list of sources is tried with real alerts: one from here, and one that claims to be on it", async () => {
  const { status, said } = await examine("tradingview", 1, "8.8.8.8");
  assert.deepEqual([status, said], ["pass", "an alert from here (8.8.8.8) is refused, whatever it claims"]);
});

Deno.test("a proxy too few, or too many, that is trusted is found: the function sees no sender", async () => {
  assert.match((await examine("tradingview", 1, "8.8.8.8, 10.0.0.7")).said, /sees 10\.0\.0\.7, .*a proxy/);
  assert.match((await examine("tradingview", "cloudflare", "8.8.8.8")).said, /sees no address/);
  assert.match((await examine("203.0.113.0/24", 2, "8.8.8.8")).said, /sees no address/);
});

Deno.test("a machine that is on the list cannot show who is kept out", async () => {
  assert.equal((await examine("8.8.8.8", 1, "8.8.8.8")).status, "skip");
});
