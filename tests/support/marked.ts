import { ok } from "node:assert/strict";
import { book } from "./engine.ts";
import { type Candle, type Fault, marker, MINUTE, startExchange, withSource } from "./market.ts";
import { connect, newAccount } from "./stack.ts";

export const sql = connect();
addEventListener("unload", () => void sql.end());

/** Weeks ago, and on the alerts' own clock: what the tests tell the time to be goes on from there, and the stack's own clock lets it be. */
export const FROM = Math.floor(Date.now() / MINUTE) * MINUTE - 20_160 * MINUTE;
export const settings = { clock: "alert", leverage: null };
export const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
export const candle = (minute: number, price: string, more: Partial<Candle> = {}): Candle => ({
  begins: FROM + minute * MINUTE,
  open: price,
  high: price,
  low: price,
  close: price,
  ...more,
});

/** What a test of live marks works with. */
export interface World {
  account: string;
  place: string;
  source: string;
  candles: Candle[];
  /** What the exchange does wrong from now on. */
  fault: (fault: Fault | null) => void;
  /** Moves the time to so many minutes after the beginning, and looks for new bars. */
  at: (minute: number) => ReturnType<ReturnType<typeof marker>>;
  /** Moves the time, and looks with several isolates at once. */
  together: (minute: number, isolates?: number) => Promise<void>;
  requests: () => number;
  /** Minutes that were booked, with what became of each. */
  marks: () => Promise<[minute: number, status: string][]>;
  buy: (more?: Record<string, unknown>) => Promise<void>;
  listed: () => Promise<Record<string, unknown> | undefined>;
}

/** A test with a source, an account that bought 10 at 100 at the beginning, and its market. */
export function marksTest(name: string, body: (world: World) => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    let [minute, wrong]: [number, Fault | null] = [0, null];
    const candles: Candle[] = [];
    const now = () => FROM + minute * MINUTE + 5_000;
    const exchange = startExchange({ AAA: candles, OTHER: [candle(0, "9")] }, { now, fault: () => wrong });
    const account = await newAccount({ settings });
    const look = marker(now);
    const one = async (query: Promise<unknown[]>) => (await query)[0] as Record<string, unknown> | undefined;
    try {
      await withSource(exchange.url, async ({ source, exchange: place }) => {
        await body({
          ...{ account, place, source, candles, requests: exchange.requests },
          together: async (next, isolates = 2) => {
            minute = next;
            await Promise.all(Array.from({ length: isolates }, () => marker(now, { deadlineMs: 5_000 })()));
          },
          fault: (fault) => void (wrong = fault),
          at: async (next) => {
            minute = next;
            return await look();
          },
          marks: async () =>
            (await sql`
              select (extract(epoch from r.alert_time) * 1000 - ${FROM}) / 60000 as minute, r.status::text
              from trading.alerts r join trading.accounts a on a.id = r.account_id
              where a.name = ${account} and r.request ->> 'key_id' = 'marks' order by r.id`)
              .map((row) => [Number(row.minute), row.status]),
          buy: async (more = {}) => {
            const [answer] = await book(sql, [{
              account,
              symbol: "AAA",
              exchange: place,
              action: "buy",
              quantity: "10",
              price: "100",
              time: iso(FROM),
              ...more,
            }]);
            ok(answer?.status === "filled" || answer?.status === "accepted", JSON.stringify(answer));
          },
          listed: () =>
            one(
              sql`select l.* from trading.live_marks l where l.source = ${source}` as unknown as Promise<
                unknown[]
              >,
            ),
        });
      });
    } finally {
      await exchange.stop();
    }
  });
}
