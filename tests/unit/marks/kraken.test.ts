import assert from "node:assert/strict";
import { readJson } from "../../../supabase/functions/_shared/alerts/json.ts";
import { ADAPTERS } from "../../../supabase/functions/_shared/marks/adapters.ts";
import type { Source } from "../../../supabase/functions/_shared/marks/source.ts";

const read = (text: string, name: string) =>
  ADAPTERS.kraken.read(readJson(text).value ?? null, name, {} as Source);

Deno.test("Kraken's older names of a pair are that pair, and no other's", () => {
  const answer = (key: string) => `{"error":[],"result":{"${key}":[],"last":0}}`;
  const same = [
    ["XBTUSD", "XXBTZUSD"],
    ["XBT/USD", "XXBTZUSD"],
    ["ETHXBT", "XETHXXBT"],
    ["XDGUSD", "XDGUSD"],
    ["USDTUSD", "USDTZUSD"],
    ["EURUSD", "ZEURZUSD"],
    ["USDJPY", "ZUSDZJPY"],
  ] as const;
  for (const [name, key] of same) assert.ok(read(answer(key), name).ok, `${name} ${key}`);
  for (
    const [name, key] of [["XBTUSD", "XXBTZEUR"], ["XBTUSD", "XETHZUSD"], ["USDCUSD", "USDTZUSD"]] as const
  ) {
    assert.deepEqual(
      read(answer(key), name),
      { ok: false, code: "wrong_symbol" },
      `${name} ${key}`,
    );
  }
});

Deno.test("what Kraken's errors say is said, though their answer is HTTP 200", () => {
  for (
    const [error, code] of [
      ["EQuery:Unknown asset pair", "unknown_symbol"],
      ["EGeneral:Too many requests", "rate_limited"],
      ["EAPI:Rate limit exceeded", "rate_limited"],
      ["EService:Unavailable", "source_away"],
      ["EGeneral:Invalid arguments", "unreadable_answer"],
    ] as const
  ) {
    const answer = `{"error":["${error}"]}`;
    assert.deepEqual(read(answer, "XBTUSD"), { ok: false, code }, error);
  }
});
