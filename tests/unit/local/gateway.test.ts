import assert from "node:assert/strict";
import { startGateway } from "../../../local/gateway.ts";
import { freePort } from "../../../local/ports.ts";
import type { Secrets } from "../../../local/secrets.ts";
import { Upstream } from "../../../local/upstream.ts";
import { clientAddress } from "../../../supabase/functions/_shared/http/client-address.ts";

/** What a function behind the gateway is told of a client that sends these headers. */
async function told(headers: Record<string, string>): Promise<Headers> {
  let seen = new Headers();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    seen = request.headers;
    return new Response("", { headers: { connection: "close" } });
  });
  const upstream = new Upstream(server.addr.port);
  const gateway = startGateway(freePort(), { isolate: () => upstream, rest: () => null }, {} as Secrets);
  try {
    await (await fetch(`${gateway.url}/functions/v1/alerts`, { headers })).text();
    return seen;
  } finally {
    upstream.forget();
    await gateway.stop();
    await server.shutdown();
  }
}

Deno.test("the gateway tells the peer's address in every header that a proxy tells it in, whatever the client claims", async () => {
  const claim = "52.89.214.238";
  for (
    const forged of [
      {},
      { "x-forwarded-for": claim },
      { "x-forwarded-for": `${claim}, ${claim}`, "x-real-ip": claim, "cf-connecting-ip": claim },
    ]
  ) {
    const headers = await told(forged as Record<string, string>);
    assert.equal(clientAddress(headers, 1), "127.0.0.1", JSON.stringify(forged));
    assert.equal(clientAddress(headers, "cloudflare"), "127.0.0.1");
    assert.equal(headers.get("x-real-ip"), "127.0.0.1");
  }
});
