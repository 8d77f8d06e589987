import assert from "node:assert/strict";
import { startGateway } from "../../../local/gateway.ts";
import { freePort } from "../../../local/ports.ts";
import type { Secrets } from "../../../local/secrets.ts";
import { Upstream } from "../../../local/upstream.ts";
import { clientAddress } from "../../../supabase/functions/_shared/network/client-address.ts";
import { firstBytes } from "../../support/raw.ts";
import { eventually } from "../../support/receiver.ts";

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

const SMALL = "content-length: 10\r\n\r\nabc";
const CHUNKED = "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
const LARGE = `content-length: 2000000\r\n\r\n${"x".repeat(1_000)}`;

interface Scene {
  /** A client whose request has come only so far. */
  client: Deno.TcpConn;
  /** The first bytes of what it is answered. */
  answer(): Promise<string>;
  upstream: Upstream;
  /** The connections of the function behind the gateway that are open. */
  open(): number;
}

/** A gateway before a function that reads requests and says nothing, or this. */
async function scene(begun: string, bodyMs: number, said: string, body: (scene: Scene) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let open = 0;
  const accept = async () => {
    for await (const connection of listener) {
      open++;
      const hear = async () => {
        const buffer = new Uint8Array(65_536);
        while (await connection.read(buffer) !== null) {
          if (said !== "") await connection.write(new TextEncoder().encode(said));
        }
      };
      void hear().catch(() => {}).finally(() => {
        open--;
        connection.close();
      });
    }
  };
  const accepting = accept().catch(() => {});
  const upstream = new Upstream(listener.addr.port);
  const routes = { isolate: () => upstream, rest: () => null };
  const gateway = startGateway(freePort(), routes, {} as Secrets, { bodyMs });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(gateway.url).port) });
  await client.write(
    new TextEncoder().encode(`POST /functions/v1/alerts HTTP/1.1\r\nhost: x\r\n${begun}`),
  );
  const answer = () => firstBytes(client);
  try {
    await body({ client, answer, upstream, open: () => open });
  } finally {
    try {
      client.close();
    } catch {
      // The test closed it.
    }
    upstream.forget();
    await gateway.stop();
    listener.close();
    await accepting;
  }
}

const plain = { sanitizeOps: false, sanitizeResources: false };

for (const [what, begun] of Object.entries({ "announced": SMALL, "chunked": CHUNKED, "large": LARGE })) {
  Deno.test(
    `a body that does not end in time, ${what}, is answered 408 and leaves nothing open behind`,
    plain,
    async () => {
      await scene(begun, 50, "", async ({ answer, upstream, open }) => {
        const text = await answer();
        assert.match(text, /^HTTP\/1\.1 408 [^]*\r\nconnection: close\r\n/i);
        assert.match(text, /"code":"incomplete_body"/);
        await eventually(() => open() === 0, "the function's connection is closed", 10_000);
        assert.equal(upstream.inFlight, 0);
      });
    },
  );
}

Deno.test("a client that hangs up within a body leaves nothing open behind", plain, async () => {
  await scene(CHUNKED, 600_000, "", async ({ client, upstream, open }) => {
    await eventually(() => open() === 1, "the function hears of the request", 10_000);
    client.close();
    await eventually(() => open() === 0, "the function's connection is closed", 10_000);
    await eventually(() => upstream.inFlight === 0, "the request is over", 10_000);
  });
});

Deno.test("a function that answers before a large body has come is heard", plain, async () => {
  const refusal = "HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nmuch";
  await scene(LARGE, 600_000, refusal, async ({ answer, upstream }) => {
    assert.match(await answer(), /^HTTP\/1\.1 413 [^]*much$/);
    assert.equal(upstream.inFlight, 0);
  });
});
