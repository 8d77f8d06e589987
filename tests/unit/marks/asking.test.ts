/** Asking over real connections: all of an answer is read, whole or not at all, and no more than is wanted. */
import assert from "node:assert/strict";
import { createDial } from "../../../supabase/functions/_shared/notifications/dial.ts";
import { bodyOf } from "../../../supabase/functions/_shared/notifications/exchange.ts";
import { startRawReceiver, startReceiver } from "../../support/receiver.ts";

const plain = { sanitizeOps: false, sanitizeResources: false };
const dial = createDial({ allowHttp: true, allowPrivate: true, ports: [] }, { deadlineMs: 500 });
const ask = (url: string, most = 1_000_000) =>
  dial({ method: "GET", url, headers: {}, body: "", wanted: () => most });

/** The body that a raw answer is read as; null: it is not whole. */
async function bodyFrom(raw: string, most?: number): Promise<string | null> {
  const receiver = startRawReceiver(async (connection) => {
    await connection.read(new Uint8Array(4_096));
    // In pieces, as a network has it.
    for (const piece of raw.match(/[\s\S]{1,7}/g) ?? []) {
      await connection.write(new TextEncoder().encode(piece));
    }
    connection.close();
  });
  const dialled = await ask(`${receiver.url}/a`, most);
  receiver.stop();
  assert.ok(dialled.ok, JSON.stringify(dialled));
  return bodyOf(dialled.answer);
}

Deno.test("a GET asks for what its URL says, without a body", plain, async () => {
  const receiver = startReceiver(() => new Response("grüß"));
  const dialled = await ask(`${receiver.url}/bars?symbol=A`);
  assert.equal(dialled.ok && bodyOf(dialled.answer), "grüß");
  assert.equal(receiver.received[0]?.path, "/bars");
  assert.equal(receiver.received[0]?.headers.get("content-length"), null);
  await receiver.stop();
});

Deno.test(
  "a body is read to its announced length, to its last chunk, or to the end of the connection",
  plain,
  async () => {
    assert.equal(await bodyFrom("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more"), "hello");
    assert.equal(
      await bodyFrom(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
      ),
      "hello world",
    );
    assert.equal(await bodyFrom("HTTP/1.1 200 OK\r\n\r\nto the end"), "to the end");
  },
);

Deno.test("a body that broke off, is too large, or is packed, is none", plain, async () => {
  assert.equal(await bodyFrom("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"), null);
  assert.equal(await bodyFrom("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"), null);
  assert.equal(
    await bodyFrom("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\nhello\r\n"),
    null,
  );
  assert.equal(await bodyFrom("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n" + "x".repeat(50), 20), null);
  assert.equal(await bodyFrom("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nhello"), null);
});

Deno.test("one that never ends is given up", plain, async () => {
  const receiver = startRawReceiver(async (connection) => {
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello"));
  });
  assert.deepEqual(await ask(receiver.url), { ok: false, code: "timeout" });
  receiver.stop();
});

Deno.test(
  "without an announced length no more than the bound is read, and it is not taken for whole",
  plain,
  async () => {
    const body = await bodyFrom("HTTP/1.1 200 OK\r\n\r\n" + "1".repeat(100), 20);
    assert.equal(body, null);
  },
);
