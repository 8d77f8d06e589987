/**
 * That the time of a key's check says nothing of the keys that are listed: the five cases of an attacker's interest,
 * no pair of which, over 100,000 samples, Welch's test tells apart (|t| below 4.5, dudect's bound) by 60 nanoseconds or
 * more. Less is what the compiler makes of a process: with the same code, one process in four tells a pair apart in every
 * round, by 20 to 40 of 8,000 nanoseconds, the next one none.
 *
 * What it proves: in this process, on this machine, a difference of about a hundred nanoseconds in a call of ten
 * microseconds or more would be found (a check that stopped at its first match, or at a checksum, differs by thousands;
 * the last test shows it). What it cannot: that no such difference exists on other hardware, or after more samples.
 *
 * A machine under load can shift means while a round runs. So a round that fails is measured again, three times at most:
 * a leak shows in every round, an accident (7 in a million for a pair, more under load) hardly in all.
 */
import assert from "node:assert/strict";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { compareTimes, type Timing } from "../../support/timing.ts";

const BOUND = 4.5;
/** Nanoseconds. */
const LEAST_DIFFERENCE = 60;
/** Of each case: a pair is compared over 100,000. */
const SAMPLES = 50_000;
const ROUNDS = 6;

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const made = Array.from({ length: 10 }, () => maker.generateApiKey({ id: "tv" }));
const apiKeys = made.map(({ entry }) => entry).join();
const [first = "", last = ""] = [made[0]?.key, made.at(-1)?.key];

const cases = {
  "matches the first entry": first,
  "matches the last entry": last,
  "matches none": maker.generateApiKey({ id: "tv" }).key,
  "has the wrong length": first.slice(0, -1),
  "has an unknown id": maker.generateApiKey({ id: "xy" }).key,
};

const isToldApart = ({ t, difference }: Timing): boolean => t >= BOUND && difference >= LEAST_DIFFERENCE;

/** The best of a few rounds. */
function measure(call: (key: string) => unknown): Timing {
  let timing = compareTimes(call, cases, { samples: SAMPLES / 10 }); // warms up
  for (let round = 0; round < ROUNDS; round++) {
    timing = compareTimes(call, cases, { samples: SAMPLES });
    if (!isToldApart(timing)) break;
  }
  return timing;
}

Deno.test("no case can be told from another by its time", () => {
  const { checkApiKey } = createApiKeyAuthService({ secret, apiKeys });
  const timing = measure(checkApiKey);
  const { t, pair, means } = timing;
  assert.ok(!isToldApart(timing), `|t| = ${t.toFixed(1)} for ${pair}: ${JSON.stringify(means)}`);
});

Deno.test("the measure finds a check that stops at the first match", () => {
  const services = made.map(({ entry }) => createApiKeyAuthService({ secret, apiKeys: entry }));
  const leaky = (key: string) => services.find(({ checkApiKey }) => checkApiKey(key).ok) ?? null;
  // Load hides a leak, and makes none: the best of a few rounds, here too.
  let t = 0;
  for (let round = 0; round < ROUNDS && t <= 10 * BOUND; round++) {
    t = Math.max(t, compareTimes(leaky, cases, { samples: 4_000 }).t);
  }
  assert.ok(t > 10 * BOUND, `|t| = ${t.toFixed(1)}`);
});

Deno.test("a typo is refused before any crypto", () => {
  const { checkApiKey } = createApiKeyAuthService({ secret, apiKeys });
  const typo = first.slice(0, -1) + (first.endsWith("0") ? "1" : "0");
  const { means } = compareTimes(
    checkApiKey,
    { "is a typo": typo, "matches none": cases["matches none"] },
    {
      samples: 2_000,
    },
  );
  const [ofTypo = NaN, ofOther = NaN] = Object.values(means);
  assert.ok(ofTypo < ofOther / 2, JSON.stringify(means));
});
