import { equal, throws } from "node:assert/strict";
import { checkKey, lockId, LONGEST_KEY } from "../../../supabase/functions/_shared/locks/lock-key.ts";

Deno.test("a lock id is the first eight bytes of the key's SHA-256, signed", () => {
  equal(lockId("abc"), BigInt.asIntN(64, 0xba7816bf8f01cfean));
  equal(lockId("ä"), lockId("\u00e4"));
});

const refused: [string, unknown][] = [
  ["an empty key", ""],
  ["a key of 10 kB", "k".repeat(10_240)],
  ["a key whose letters are few but whose bytes are many", "€".repeat(LONGEST_KEY / 3 + 1)],
  ["a key with half a surrogate pair", "trade:\ud83d"],
  ["a key with a NUL", "trade:\0"],
  ["a key that is a number", 42],
  ["no key", undefined],
];
for (const [what, key] of refused) {
  Deno.test(`${what} is refused`, () => {
    throws(() => checkKey(key), { name: "LockUsageError", code: "lock_key_invalid" });
  });
}

Deno.test("a key of the longest length, in any script, is accepted", () => {
  checkKey("k".repeat(LONGEST_KEY));
  checkKey("😀".repeat(LONGEST_KEY / 4));
});
