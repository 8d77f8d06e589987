import assert from "node:assert/strict";
import { startGateway } from "../../../local/gateway.ts";
import { freePort } from "../../../local/ports.ts";
import type { Secrets } from "../../../local/secrets.ts";
import { Upstream } from "../../../local/upstream.ts";
import { clientAddress } from "../../../supabase/functions/_shared/network/client-address.ts";
import { fakePostgres } from "../../support/fake-postgres.ts";
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

/** What the gateway's client makes of what a function says to a request: status and body, or that it is lost. */
async function heard(method: string, said: string): Promise<string> {
  const server = fakePostgres(async (client) => {
    await client.read();
    await client.say(new TextEncoder().encode(said));
    await client.read();
  });
  const upstream = new Upstream(Number(new URL(server.url).port));
  try {
    const answer = await upstream.send({ method, target: "/", fields: [], body: null });
    return `${answer.status} ${await answer.text()}`;
  } catch {
    return "lost";
  } finally {
    upstream.forget();
    await server[Symbol.asyncDispose]();
  }
}

const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";

Deno.test("an answer in chunks is read to its end, its trailers passed over", async () => {
  assert.equal(await heard("GET", `${chunked}1\r\nd\r\n0\r\nx-trailer: 1\r\n\r\n`), "200 abcd");
});

Deno.test("an answer whose size is no number is lost, never cut", async () => {
  assert.equal(await heard("GET", `${chunked}xyz\r\n\r\n`), "lost");
  assert.equal(await heard("GET", "HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\nab"), "lost");
});

Deno.test("what a function says behind its answer changes nothing of it", async () => {
  const refused = "HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nmuch";
  assert.equal(await heard("POST", `${refused}HTTP/1.1 400 Bad\r\ncontent-length: 3\r\n\r\nbad`), "413 much");
  assert.equal(await heard("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc"), "200 ");
  assert.equal(await heard("GET", "HTTP/1.1 204 No Content\r\n\r\n0\r\n\r\n"), "204 ");
});

Deno.test("a provisional answer is waited out", async () => {
  const text = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
  assert.equal(await heard("GET", text), "200 ok");
});
