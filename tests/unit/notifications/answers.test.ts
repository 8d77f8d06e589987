import assert from "node:assert/strict";
import type { NotifyPolicy } from "../../../supabase/functions/_shared/notifications/policy.ts";
import { createDial } from "../../../supabase/functions/_shared/notifications/dial.ts";
import { createSend } from "../../../supabase/functions/_shared/notifications/send.ts";
import { startRawReceiver } from "../../support/receiver.ts";

/** What a local stack may allow. */
const LOCAL: NotifyPolicy = { allowHttp: true, allowPrivate: true, ports: [] };
const message = (url: string) => ({ url, headers: { "content-type": "text/plain" }, body: "hello" });
const plain = { sanitizeOps: false, sanitizeResources: false };
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

/** What a receiver that writes this, and then hangs or closes, is taken for. */
async function answered(text: string, then: "close" | "hang" = "close", deadlineMs = 2_000) {
  const receiver = startRawReceiver(async (connection) => {
    await connection.read(new Uint8Array(4_096));
    await connection.write(new TextEncoder().encode(text));
    if (then === "close") connection.close();
  });
  try {
    return await createSend(createDial(LOCAL, { deadlineMs }))(message(receiver.url));
  } finally {
    receiver.stop();
  }
}

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
  const sent = await createSend(createDial(LOCAL))(message(receiver.url));
  assert.ok(!sent.ok && sent.status === 500);
  await over.promise;
  // What lies in the buffers of both sides was written all the same.
  assert.ok(written < 20_000_000, `${written} bytes were taken`);
  receiver.stop();
});

Deno.test("a receiver of endless interim answers is hung up on after some kilobytes", plain, async () => {
  let answers = 0;
  const over = Promise.withResolvers<void>();
  const receiver = startRawReceiver(async (connection) => {
    await connection.read(new Uint8Array(4_096));
    const writer = connection.writable.getWriter();
    try {
      for (; answers < 1_000_000; answers++) await writer.write(CONTINUE);
    } finally {
      over.resolve();
    }
  });
  const sent = await createSend(createDial(LOCAL))(message(receiver.url));
  assert.ok(!sent.ok && sent.code === "not_http", JSON.stringify(sent));
  await over.promise;
  assert.ok(answers < 1_000_000, `${answers} were taken`);
  receiver.stop();
});

Deno.test("interim answers that trickle without end are a failure at the deadline", plain, async () => {
  const receiver = startRawReceiver(async (connection) => {
    await connection.read(new Uint8Array(4_096));
    for (;;) {
      await connection.write(CONTINUE);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  const sent = await createSend(createDial(LOCAL, { deadlineMs: 300 }))(message(receiver.url));
  assert.ok(!sent.ok && sent.code === "timeout", JSON.stringify(sent));
  receiver.stop();
});

Deno.test("what is read before an answer leaves less for it", plain, async () => {
  const early = `HTTP/1.1 103 Early Hints\r\nlink: ${"x".repeat(9_000)}\r\n\r\n`;
  assert.deepEqual(await answered(`${early}HTTP/1.1 200 OK\r\n\r\n`), { ok: true, status: 200 });
  const sent = await answered(`${early}${early}HTTP/1.1 200 OK\r\n\r\n`);
  assert.ok(!sent.ok && ["not_http", "connection_lost"].includes(sent.code), JSON.stringify(sent));
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
