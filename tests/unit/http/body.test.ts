import assert from "node:assert/strict";
import { readBytes } from "../../../supabase/functions/_shared/http/body.ts";
import { within } from "../../../supabase/functions/_shared/time/within.ts";
import { HttpError } from "../../../supabase/functions/_shared/http/errors.ts";
import { firstBytes } from "../../support/raw.ts";

const request = (body: BodyInit | null, headers: HeadersInit = {}) =>
  new Request("http://host/", { method: "POST", headers, body });
const stream = (...chunks: string[]) =>
  ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
const refuses = (status: number) => (error: unknown) => error instanceof HttpError && error.status === status;

Deno.test("the bytes of all chunks are one", async () => {
  const bytes = await readBytes(request(stream("ab", "", "c", "def")), 6);
  assert.equal(new TextDecoder().decode(bytes), "abcdef");
});

Deno.test("no body is no bytes", async () => {
  assert.equal((await readBytes(request(null), 10)).length, 0);
  assert.equal((await readBytes(request(""), 10)).length, 0);
});

Deno.test("one byte over the limit is refused, announced or not", async () => {
  await assert.rejects(readBytes(request(stream("abc", "defg")), 6), refuses(413));
  await assert.rejects(readBytes(request("abcdefg", { "content-length": "7" }), 6), refuses(413));
});

Deno.test("an announced length that is a lie or nonsense changes nothing", async () => {
  for (const length of ["1", "many", "-5", ""]) {
    await assert.rejects(
      readBytes(request("abcdefg", { "content-length": length }), 6),
      refuses(413),
      length,
    );
    assert.equal((await readBytes(request("abcdef", { "content-length": length }), 6)).length, 6, length);
  }
});

Deno.test("any content-encoding but identity is refused", async () => {
  for (const encoding of ["gzip", "br", "deflate, gzip"]) {
    await assert.rejects(
      readBytes(request("a", { "content-encoding": encoding }), 10),
      refuses(415),
      encoding,
    );
  }
  assert.equal((await readBytes(request("a", { "content-encoding": "Identity" }), 10)).length, 1);
});

Deno.test("a body that never ends is refused when its time is over, and no more of it is read", async () => {
  let cancelled = false;
  const silent = new ReadableStream({
    cancel() {
      cancelled = true;
    },
  });
  await assert.rejects(readBytes(request(silent), 100, 20), refuses(408));
  assert.ok(cancelled);
});

Deno.test("a body that trickles has no more time than one that stands still", async () => {
  let drop = Promise.resolve();
  const trickle = new ReadableStream({
    async pull(controller) {
      drop = new Promise((resolve) => setTimeout(resolve, 1));
      await drop;
      controller.enqueue(new Uint8Array(1));
    },
  });
  await assert.rejects(readBytes(request(trickle), 10_000, 50), refuses(408));
  await drop;
});

/** How a server that reads bodies answers these first bytes of a request, and how many timers that took. */
async function served(text: string, milliseconds: number): Promise<{ answer: string; timers: number }> {
  const { setTimeout: real } = globalThis;
  let timers = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (incoming) => {
    globalThis.setTimeout = ((...args: Parameters<typeof real>) => {
      timers++;
      return real(...args);
    }) as typeof real;
    try {
      return new Response(String((await readBytes(incoming, 100, milliseconds)).length));
    } catch (error) {
      assert.ok(error instanceof HttpError);
      return new Response(error.code, { status: error.status });
    } finally {
      globalThis.setTimeout = real;
    }
  });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  await client.write(new TextEncoder().encode(text));
  const answer = await firstBytes(client);
  client.close();
  await server.shutdown();
  return { answer, timers };
}

Deno.test("a body of an announced length that does not come is answered 408", async () => {
  const { answer } = await served("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc", 20);
  assert.match(answer, /^HTTP\/1\.1 408 [^]*incomplete_body/);
});

Deno.test("a body that is there with its head costs no timer", async () => {
  const { answer, timers } = await served(
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc",
    10_000,
  );
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.equal(timers, 0);
});

Deno.test("what fails is not taken for what is late", async () => {
  await assert.rejects(within(Promise.reject(new Error("at once")), 10_000), /at once/);
  const later = new Promise((_, reject) => setTimeout(() => reject(new Error("later")), 1));
  await assert.rejects(within(later, 10_000), /later/);
});
