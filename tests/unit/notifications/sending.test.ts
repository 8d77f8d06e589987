import assert from "node:assert/strict";
import {
  checkWebhookUrl,
  type NotifyPolicy,
  readNotifyPolicy,
} from "../../../supabase/functions/_shared/notifications/policy.ts";
import { exchange } from "../../../supabase/functions/_shared/notifications/exchange.ts";
import { createDial } from "../../../supabase/functions/_shared/notifications/dial.ts";
import { createSend } from "../../../supabase/functions/_shared/notifications/send.ts";
import { startReceiver } from "../../support/receiver.ts";
import { CERTIFICATE, KEY } from "./certificate.ts";

/** What a local stack may allow. */
const LOCAL: NotifyPolicy = { allowHttp: true, allowPrivate: true, ports: [] };
const message = (url: string) => ({ url, headers: { "content-type": "text/plain" }, body: "grüß" });
const plain = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "what is posted arrives as it was: path, query, headers, the length in bytes, the host's name",
  plain,
  async () => {
    const receiver = startReceiver();
    const send = createSend(createDial(LOCAL, { resolve: () => Promise.resolve(["127.0.0.1"]) }));
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

Deno.test(
  "a port on which nobody listens is a failure, and so is a name that is not resolved in time",
  plain,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const sent = await createSend(createDial(LOCAL))(message(`http://127.0.0.1:${port}/`));
    assert.ok(!sent.ok && sent.code === "connect_failed");
    const never = createSend(createDial(LOCAL, { deadlineMs: 50, resolve: () => new Promise(() => {}) }));
    const late = await never(message("https://hooks.example.com/"));
    assert.ok(!late.ok && late.code === "timeout");
  },
);

Deno.test("when one address does not connect the next one is tried", plain, async () => {
  const receiver = startReceiver();
  const send = createSend(createDial(LOCAL, { resolve: () => Promise.resolve(["127.0.0.2", "127.0.0.1"]) }));
  const sent = await send(message(receiver.url.replace("127.0.0.1", "hooks.example.com")));
  assert.deepEqual(sent, { ok: true, status: 204 });
  await receiver.stop();
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
    createSend(createDial({ ...LOCAL, ports: [port] }, {
      resolve: () => Promise.resolve(["127.0.0.1"]),
      send: (post, signal) => exchange(post, signal, trusted),
    }))(message(`https://${name}:${port}/`));
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
      const sent = await createSend(createDial({ ...LOCAL, ports: [port] }, {
        deadlineMs: 300,
        resolve: () => Promise.resolve(["127.0.0.1"]),
        send: (post, signal) => exchange(post, signal, [CERTIFICATE]),
      }))(message(`https://hooks.example.com:${port}/`));
      assert.ok(!sent.ok && sent.code === "timeout", JSON.stringify(sent));
      listener.close();
    }
  },
);
