import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { checksum } from "../../../supabase/functions/_shared/auth/checksum.ts";
import {
  isSameDigest,
  sha1Hex,
  sha256Hex,
  sha256Of,
} from "../../../supabase/functions/_shared/hashing/digest.ts";

const text = fc.string({ unit: "grapheme", maxLength: 400 });
const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest("hex");

Deno.test("the digests of any text are those of node:crypto", () => {
  fc.assert(fc.property(text, (text) => {
    assert.equal(sha256Hex(text), digest("sha256", text));
    assert.equal(sha1Hex(text), digest("sha1", text));
  }));
});

Deno.test("a digest of parts is that of all of them together", () => {
  fc.assert(fc.property(fc.array(text, { maxLength: 4 }), (parts) => {
    const bytes = parts.map((part) => new TextEncoder().encode(part));
    assert.deepEqual(sha256Of(...parts), sha256Of(parts.join("")));
    assert.deepEqual(sha256Of(...bytes), sha256Of(parts.join("")));
  }));
});

Deno.test("the checksum of any text is zlib's CRC-32", () => {
  fc.assert(fc.property(text, (text) => {
    // Signed in the hosted Deno.
    assert.equal(checksum(text), (crc32(text) >>> 0).toString(16).padStart(8, "0"));
  }));
});

Deno.test("digests that differ in one bit, or in length, are not the same", () => {
  const one = sha256Of("one");
  assert.ok(isSameDigest(one, sha256Of("one")));
  one.forEach((byte, at) => {
    const other = one.slice();
    other[at] = byte ^ 1;
    assert.ok(!isSameDigest(one, other));
  });
  assert.ok(!isSameDigest(one, one.slice(0, -1)) && !isSameDigest(one.slice(0, -1), one));
});
