import assert from "node:assert/strict";
import {
  type NotifyPolicy,
  readNotifyPolicy,
} from "../../../supabase/functions/_shared/notifications/policy.ts";
import { exchange } from "../../../supabase/functions/_shared/notifications/exchange.ts";
import { checkWebhookUrl } from "../../../supabase/functions/_shared/notifications/webhook-url.ts";
import { createSend } from "../../../supabase/functions/_shared/notifications/send.ts";
import { startRawReceiver, startReceiver } from "../../support/receiver.ts";
import { CERTIFICATE, KEY } from "./certificate.ts";

/** What a local stack may allow. */
const LOCAL: NotifyPolicy = { allowHttp: true, allowPrivate: true, ports: [] };
const message = (url: string) => ({ url, headers: { "content-type": "text/plain" }, body: "grüß" });
const plain = { sanitizeOps: false, sanitizeResources: false };

/** What a receiver that writes this, and then hangs or closes, is taken for. */
async function answered(text: string, then: "close" | "hang" = "close", deadlineMs = 2_000) {
  const receiver = startRawReceiver(async (connection) => {
    await connection.read(new Uint8Array(4_096));
    await connection.write(new TextEncoder().encode(text));
    if (then === "close") connection.close();
  });
  try {
    return await createSend(LOCAL, { deadlineMs })(message(receiver.url));
  } finally {
    receiver.stop();
  }
}

Deno.test(
  "what is posted arrives as it was: path, query, headers, the length in bytes, the host's name",
  plain,
  async () => {
    const receiver = startReceiver();
    const send = createSend(LOCAL, { resolve: () => Promise.resolve(["127.0.0.1"]) });
    const url = receiver.url.replace("127.0.0.1", "hooks.example.com");
    assert.deepEqual(await send(message(`${url}/a%20b?c=d#e`)), { ok: true, status: 204 });
    const [got] = receiver.received;
    assert.equal(got?.path, "/a%20b");
    assert.equal(got?.body, "grüß");
    assert.equal(got?.headers.get("host"), new URL(url).host);
    assert.equal(got?.headers.get("content-length"), "6");
    await receiver.stop();
  },
);

Deno.test("a 2xx has arrived, everything else has not", plain, async () => {
  assert.deepEqual(await answered("HTTP/1.1 200 OK\r\n\r\n"), { ok: true, status: 200 });
  assert.deepEqual(await answered("HTTP/1.1 204\r\n\r\n"), { ok: true, status: 204 });
  assert.deepEqual(await answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n"), {
    ok: true,
    status: 202,
  });
  for (const status of [400, 404, 410, 500, 503]) {
    const sent = await answered(`HTTP/1.1 ${status} No\r\n\r\n`);
    assert.ok(!sent.ok && sent.code === "http_status" && sent.status === status);
  }
});

Deno.test("the status counts once the head is there, whatever the body does", plain, async () => {
  assert.deepEqual(await answered("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\nx", "hang"), {
    ok: true,
    status: 200,
  });
});

for (
  const [what, text] of Object.entries({
    "nothing": "",
    "half a head": "HTTP/1.1 200 OK\r\ncontent-",
  })
) {
  Deno.test(`a receiver that answers ${what} and hangs up is a failure`, plain, async () => {
    const sent = await answered(text);
    assert.ok(!sent.ok && sent.code === "not_http", JSON.stringify(sent));
  });
  Deno.test(`a receiver that answers ${what} and hangs is a failure at the deadline`, plain, async () => {
    const sent = await answered(text, "hang", 200);
    assert.ok(!sent.ok && sent.code === "timeout", JSON.stringify(sent));
  });
}

Deno.test("what is not HTTP, or a head without end, is a failure", plain, async () => {
  const texts = [
    "SSH-2.0-OpenSSH\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 999 X\r\n\r\n",
    `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`,
  ];
  for (const text of texts) {
    const sent = await answered(text);
    assert.ok(!sent.ok && ["not_http", "connection_lost"].includes(sent.code), JSON.stringify(sent));
  }
});

Deno.test("a receiver that returns 100 MB is hung up on after some kilobytes", plain, async () => {
  let written = 0;
  const over = Promise.withResolvers<void>();
  const receiver = startRawReceiver(async (connection) => {
    await connection.read(new Uint8Array(4_096));
    const megabyte = new Uint8Array(1_048_576).fill(120);
    try {
      await connection.write(
        new TextEncoder().encode("HTTP/1.1 500 No\r\ncontent-length: 104857600\r\n\r\n"),
      );
      for (let count = 0; count < 100; count++) written += await connection.write(megabyte);
    } finally {
      over.resolve();
    }
  });
  const sent = await createSend(LOCAL)(message(receiver.url));
  assert.ok(!sent.ok && sent.status === 500);
  await over.promise;
  // What lies in the buffers of both sides was written all the same.
  assert.ok(written < 20_000_000, `${written} bytes were taken`);
  receiver.stop();
});

Deno.test(
  "a port on which nobody listens is a failure, and so is a name that is not resolved in time",
  plain,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const sent = await createSend(LOCAL)(message(`http://127.0.0.1:${port}/`));
    assert.ok(!sent.ok && sent.code === "connect_failed");
    const never = createSend(LOCAL, { deadlineMs: 50, resolve: () => new Promise(() => {}) });
    const late = await never(message("https://hooks.example.com/"));
    assert.ok(!late.ok && late.code === "timeout");
  },
);

Deno.test("when one address does not connect the next one is tried", plain, async () => {
  const receiver = startReceiver();
  const send = createSend(LOCAL, { resolve: () => Promise.resolve(["127.0.0.2", "127.0.0.1"]) });
  const sent = await send(message(receiver.url.replace("127.0.0.1", "hooks.example.com")));
  assert.deepEqual(sent, { ok: true, status: 204 });
  await receiver.stop();
});

Deno.test("Retry-After is read as seconds, as a date, and from Telegram's body", plain, async () => {
  const wait = async (text: string) => {
    const sent = await answered(text);
    return sent.ok ? null : sent.retryAfter;
  };
  assert.equal(await wait("HTTP/1.1 503 X\r\nRetry-After: 120\r\n\r\n"), 120);
  assert.equal(await wait("HTTP/1.1 429 X\r\nretry-after: 0.31\r\n\r\n"), 1);
  assert.equal(await wait("HTTP/1.1 503 X\r\nretry-after: 99999999\r\n\r\n"), 86_400);
  assert.equal(await wait("HTTP/1.1 503 X\r\nretry-after: -5\r\n\r\n"), null);
  assert.equal(await wait("HTTP/1.1 503 X\r\nretry-after: soon\r\n\r\n"), null);
  assert.equal(await wait("HTTP/1.1 500 X\r\n\r\n"), null);
  const date = new Date(Date.now() + 90_000).toUTCString();
  const seconds = await wait(`HTTP/1.1 503 X\r\nretry-after: ${date}\r\n\r\n`);
  assert.ok(seconds !== null && Math.abs(seconds - 90) < 30, String(seconds));
  const body = '{"ok":false,"error_code":429,"parameters":{"retry_after":35}}';
  assert.equal(await wait(`HTTP/1.1 429 X\r\ncontent-length: ${body.length}\r\n\r\n${body}`), 35);
  assert.equal(await wait(`HTTP/1.1 429 X\r\n\r\n${body}`), 35);
});

Deno.test("TLS verifies the name of the URL, though an address is dialled", plain, async () => {
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: CERTIFICATE, key: KEY });
  const serve = async () => {
    for (;;) {
      const connection = await listener.accept().catch(() => null);
      if (connection === null) return;
      const answer = async () => {
        await connection.read(new Uint8Array(4_096));
        await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
        connection.close();
      };
      // A handshake that the other side refuses ends only itself.
      void answer().catch(() => {});
    }
  };
  void serve();
  const { port } = listener.addr as Deno.NetAddr;
  const send = (name: string, trusted: string[]) =>
    createSend({ ...LOCAL, ports: [port] }, {
      resolve: () => Promise.resolve(["127.0.0.1"]),
      post: (post, signal) => exchange(post, signal, trusted),
    })(message(`https://${name}:${port}/`));
  assert.deepEqual(await send("hooks.example.com", [CERTIFICATE]), { ok: true, status: 200 });
  const other = await send("other.example.com", [CERTIFICATE]);
  assert.ok(!other.ok && other.code === "tls_failed", JSON.stringify(other));
  const unknown = await send("hooks.example.com", []);
  assert.ok(!unknown.ok && unknown.code === "tls_failed", JSON.stringify(unknown));
  listener.close();
});

Deno.test("private receivers can be allowed on a local stack, and never on a hosted project", () => {
  const allow = { NOTIFY_ALLOW_PRIVATE: "1" };
  const local = [
    "http://127.0.0.1:54321",
    "http://kong:8000",
    "http://host.docker.internal:54321",
    "http://[::1]:1/",
  ];
  for (const url of local) {
    assert.equal(readNotifyPolicy({ SUPABASE_URL: url, ...allow }).allowPrivate, true, url);
  }
  for (
    const url of ["https://abcdefghij.supabase.co", "https://supabase.example.com", "http://8.8.8.8:8000"]
  ) {
    assert.throws(() => readNotifyPolicy({ SUPABASE_URL: url, ...allow }), /NOTIFY_ALLOW_PRIVATE/, url);
    assert.equal(readNotifyPolicy({ SUPABASE_URL: url }).allowPrivate, false);
  }
});

Deno.test("ports and plain HTTP are widened by the configuration only", () => {
  const hosted = { SUPABASE_URL: "https://a.supabase.co" };
  assert.deepEqual(readNotifyPolicy(hosted), { allowHttp: false, allowPrivate: false, ports: [443, 8443] });
  assert.throws(() => readNotifyPolicy({ ...hosted, NOTIFY_PORTS: "https" }), /NOTIFY_PORTS/);
  const http = readNotifyPolicy({ ...hosted, NOTIFY_ALLOW_HTTP: "1" });
  assert.ok(checkWebhookUrl("http://example.com:8080/", http).ok);
  assert.ok(!checkWebhookUrl("http://127.0.0.1/", http).ok);
  const ports = { NOTIFY_PORTS: "443,5678", NOTIFY_ALLOW_HTTP: "1" };
  assert.deepEqual(readNotifyPolicy({ ...hosted, ...ports }).ports, [443, 5678]);
});

Deno.test(
  "a receiver that hangs in the TLS handshake, or after it, is a failure at the deadline",
  plain,
  async () => {
    const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const mute = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: CERTIFICATE, key: KEY });
    void mute.accept().then((connection) => connection.read(new Uint8Array(4_096))).catch(() => {});
    for (const listener of [silent, mute]) {
      const { port } = listener.addr as Deno.NetAddr;
      const sent = await createSend({ ...LOCAL, ports: [port] }, {
        deadlineMs: 300,
        resolve: () => Promise.resolve(["127.0.0.1"]),
        post: (post, signal) => exchange(post, signal, [CERTIFICATE]),
      })(message(`https://hooks.example.com:${port}/`));
      assert.ok(!sent.ok && sent.code === "timeout", JSON.stringify(sent));
      listener.close();
    }
  },
);
