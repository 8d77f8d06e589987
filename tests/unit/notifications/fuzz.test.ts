import assert from "node:assert/strict";
import fc from "fast-check";
import { specialUse } from "../../../supabase/functions/_shared/network/special-addresses.ts";
import { checkWebhookUrl, STRICT_POLICY } from "../../../supabase/functions/_shared/notifications/policy.ts";
import { character, FUZZ_RUNS } from "../../support/fuzz.ts";
import { PUBLIC, REFUSED } from "./receivers.ts";

const known = fc.constantFrom(...PUBLIC, ...Object.values(REFUSED).flat());
const piece = fc.oneof(
  fc.constantFrom(
    "https://",
    "http://",
    "@",
    ":",
    "/",
    "\\",
    "[",
    "]",
    ".",
    "。",
    "%2e",
    "%00",
    "#",
    "?",
    "127.0.0.1",
  ),
  fc.constantFrom(
    "::1",
    "::ffff:",
    "0x7f",
    "017700000001",
    "localhost",
    "internal",
    "example.com",
    "8443",
    "\t",
    "\u200b",
  ),
  fc.string({ unit: character, maxLength: 8 }),
);
/** A known URL with a part cut out and something put in its place. */
const mutated = fc.tuple(known, fc.nat(60), fc.nat(12), piece)
  .map(([url, at, length, put]) => url.slice(0, at) + put + url.slice(at + length));
const anything = fc.oneof(
  known,
  mutated,
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
  fc.webUrl({ validSchemes: ["https"] }),
  fc.string({ unit: character }),
);

Deno.test(`${FUZZ_RUNS} inputs: the URL checker never throws, and passes only https to public hosts at the ports of the list`, () => {
  let passed = 0;
  fc.assert(
    fc.property(anything, (text) => {
      const check = checkWebhookUrl(text, STRICT_POLICY);
      if (!check.ok) return;
      passed++;
      const { url } = check;
      assert.equal(url.protocol, "https:");
      assert.ok(["", "8443"].includes(url.port));
      assert.equal(url.username + url.password + url.hash, "");
      assert.ok(!/[^\x21-\x7e]/.test(url.href), "what goes onto the wire is plain");
      assert.equal(checkWebhookUrl(url.href).ok, true, "its normal form passes as well");
      const host = url.hostname.replace(/^\[|\]$/g, "");
      if (host.includes(":") || /^[\d.]+$/.test(host)) assert.equal(specialUse(host), null);
      else assert.ok(host.includes(".") && !/(^|\.)(localhost|internal|local)\.?$/.test(host), host);
    }),
    { numRuns: FUZZ_RUNS },
  );
  assert.ok(passed > FUZZ_RUNS / 50, `${passed} passed: the inputs are not all hopeless`);
});

/** Every way in which the URL parser lets one part of an IPv4 address be written. */
const spelled = (part: number, style: number): string =>
  [
    String(part),
    `0x${part.toString(16)}`,
    `0${part.toString(8)}`,
    `0X${part.toString(16).padStart(6, "0")}`,
  ][style % 4] ?? "";
const joined = ([a = 0, b = 0, c = 0, d = 0]: number[], parts: number): number[] =>
  [[((a * 256 + b) * 256 + c) * 256 + d], [a, (b * 256 + c) * 256 + d], [a, b, c * 256 + d], [
    a,
    b,
    c,
    d,
  ]][parts % 4] ?? [];

Deno.test(`${FUZZ_RUNS} URLs: every spelling of an IPv4 address is judged as the address is`, () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)),
        fc.tuple(
          fc.constantFrom(10, 127, 169, 172, 192, 198, 203),
          fc.constantFrom(0, 16, 18, 51, 168, 254),
          fc.nat(255),
          fc.nat(255),
        ),
      ),
      fc.nat(3),
      fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
      fc.constantFrom("", "."),
      (octets, parts, styles, dot) => {
        const host = joined(octets, parts).map((part, index) => spelled(part, styles[index] ?? 0)).join(".");
        const expected = specialUse(octets.join(".")) === null;
        assert.equal(checkWebhookUrl(`https://${host}${dot}/`).ok, expected, host);
        const [a = 0, b = 0, c = 0, d = 0] = octets;
        const hex = [(a << 8 | b).toString(16), (c << 8 | d).toString(16)].join(":");
        for (const prefix of ["::ffff:", "::", "64:ff9b::", "::ffff:0:"]) {
          assert.equal(checkWebhookUrl(`https://[${prefix}${hex}]/`).ok, false, prefix + hex);
        }
        assert.equal(checkWebhookUrl(`https://[2002:${hex}::1]/`).ok, false, hex);
      },
    ),
    { numRuns: FUZZ_RUNS / 5 },
  );
});
