import assert from "node:assert/strict";
import type { Claim, SymbolResult } from "../../../supabase/functions/_shared/marks/marks-rpc.ts";
import { createRunMarks } from "../../../supabase/functions/_shared/marks/run.ts";
import type { Span } from "../../../supabase/functions/_shared/marks/source.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 5, 12);
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
const source = {
  name: "s",
  kind: "binance" as const,
  exchanges: ["X"],
  url: null,
  headers: {},
  paths: null,
  max_jump_percent: null,
  resume_at: null,
};

/** So many symbols in so many accounts, all of them read until a time; looks until all are read to noon. */
async function catchUp(symbols: number, accounts: number, behind: number, answersUntil?: number) {
  const readUntil = new Map(
    Array.from({ length: symbols }, (_, nr) => [`S${nr}`, iso(NOON - behind * MINUTE)]),
  );
  const held = Array.from({ length: accounts }, (_, nr) => (
    { account: `a${nr}`, watched_from: iso(NOON - 9_999 * MINUTE), price: "1", marked_at: null }
  ));
  const booked: number[] = [];
  const run = createRunMarks({
    store: {
      claim: () =>
        Promise.resolve(
          {
            lease: "l",
            sources: [source],
            symbols: [...readUntil].map(([symbol, read_until]) => (
              {
                symbol,
                exchange: "X",
                read_until,
                price: "1",
                source: null,
                name: null,
                allow_nonpositive: false,
                accounts: held,
              }
            )),
          } satisfies Claim,
        ),
      record(_lease: string, _at: number, results: readonly SymbolResult[]) {
        for (const { symbol, read_until } of results) {
          if (read_until !== null) readUntil.set(symbol, read_until);
        }
        return Promise.resolve();
      },
    },
    fetchBars: (_choice, { from, to: asked }: Span) => {
      const to = answersUntil ?? asked;
      const bars = Array.from({ length: (to - from) / MINUTE }, (_, nr) => (
        { endsAt: from + (nr + 1) * MINUTE, open: "1", high: "1", low: "1", close: "1" }
      ));
      return Promise.resolve({ bars, askedUntil: to, failure: null, retryAfter: null });
    },
    book: (alerts) => (booked.push(alerts.length), Promise.resolve([])),
    clock: { now: () => NOON + 5_000, ticks: () => 0, pause: () => Promise.resolve() },
    log: createLog("silent"),
    onBooked: () => {},
  });
  while ([...readUntil.values()].some((until) => Date.parse(until) < NOON)) await run("r");
  return booked;
}

Deno.test("after an outage no look takes more than a hosted function can, and all is caught up", async () => {
  assert.deepEqual(await catchUp(50, 1, 720), Array(6).fill(6_000));
  assert.deepEqual(await catchUp(2, 1, 720), [1_440]);
  assert.deepEqual(await catchUp(20, 30, 25), Array(3).fill(6_000).with(2, 3_000));
});

Deno.test("however many hold something, a look takes more than one minute of it", async () => {
  assert.deepEqual(await catchUp(100, 40, 10), [20_000, 20_000]);
});

Deno.test("a source that answers up to now, whatever it is asked for, leaves no minute out either", async () => {
  assert.deepEqual(await catchUp(50, 1, 720, NOON), Array(6).fill(6_000));
});
