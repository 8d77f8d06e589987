import assert from "node:assert/strict";
import { readBytes } from "../../../supabase/functions/_shared/http/body.ts";
import { HttpError } from "../../../supabase/functions/_shared/http/errors.ts";

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
