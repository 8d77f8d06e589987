import type { Desk } from "./desk.ts";
import type { Alert } from "./engine.ts";

/** Steps of an account's life, some months ago: each books at its own time. */
export type Step = (desk: Desk) => Promise<unknown>;

const begin = Date.parse("2026-03-02T00:00:00Z");
const at = (minute: number) => new Date(begin + minute * 60_000 + 1_234).toISOString();

/** When the last step of a life is long over. */
export const longAfter = "2026-11-01T12:00:00Z";

/** A price that wanders between 60 and 140, the same at every run. */
const price = (minute: number) =>
  (100 + 25 * Math.sin(minute / 97) + 12 * Math.sin(minute / 13) + (minute * 7919 % 100) / 100).toFixed(2);

/** A mark as bars are sent: of one symbol in two strategies, now and then without a bar, of another symbol every third minute. */
function mark(minute: number): Alert {
  const close = Number(price(minute));
  const bar = minute % 5 === 0 ? {} : {
    open: price(minute - 1),
    high: (close + 1.5).toFixed(2),
    low: (close - 1.25).toFixed(2),
    interval: "1",
  };
  return {
    action: "mark",
    symbol: minute % 3 === 0 ? "OTHER" : "ACME",
    strategy: minute % 2 === 0 ? "swing" : "scalp",
    exchange: "NASDAQ",
    price: price(minute),
    ...bar,
    ...(minute % 7 !== 0 && { time: new Date(begin + minute * 60_000).toISOString() }),
    request_id: crypto.randomUUID(),
    comment: `mark ${minute}`,
  };
}

/** What happens besides the marks, by minute: orders that marks fill, trails, cash, a split, a reset of nothing. */
const events: Record<number, Step | Alert> = {
  10: { action: "buy", symbol: "ACME", strategy: "swing", quantity: "10", price: "100" },
  20: {
    action: "sell",
    symbol: "OTHER",
    strategy: "scalp",
    quantity: "4",
    price: "101.5",
    stop_loss: { type: "trailing_stop", trail_percent: "8" },
  },
  95: (desk) => desk.sql`select trading.move_cash(${desk.account}, 'deposit', 2500, null, ${at(95)})`,
  130: {
    action: "buy",
    symbol: "ACME",
    strategy: "scalp",
    quantity: "5",
    price: "90",
    order_type: "limit",
    limit_price: "82",
    take_profit: { limit_price: "120" },
    stop_loss: { type: "stop", stop_price: "65" },
  },
  400: (desk) =>
    desk.sql`select public.record_cash(${desk.account}, 'dividend', 12.5, 'ACME', 'swing', null, ${at(400)})`,
  777: (desk) => desk.sql`select trading.move_cash(${desk.account}, 'withdrawal', 1000, null, ${at(777)})`,
  900: (desk) =>
    desk.sql`select trading.split_account(trading.lock_account(${desk.account}), 'OTHER', 2, 1, ${at(900)})`,
  1300: { action: "sell", symbol: "ACME", strategy: "swing", quantity: "25", price: "95" },
  2000: { action: "close", symbol: "ACME", strategy: "swing", price: "99" },
  2100: { action: "buy", symbol: "OTHER", strategy: "swing", quantity: "7", price: "50" },
};

/** The minutes from `first` on and before `last` of a life of 2,880: a mark each, and trades that marks fill. */
export async function live(desk: Desk, first: number, last: number): Promise<void> {
  let batch: Alert[] = [];
  const send = async () => {
    if (batch.length > 0) await desk.batch(batch);
    batch = [];
  };
  const arrives = (alert: Alert, minute: number) => ({ received_at: at(minute), ...alert });
  for (let minute = first; minute < last; minute++) {
    const event = events[minute];
    if (typeof event === "function") {
      await send();
      await event(desk);
    } else if (event !== undefined) batch.push(arrives({ time: at(minute), ...event }, minute));
    batch.push(arrives(mark(minute), minute));
    if (batch.length >= 200) await send();
  }
  await send();
}
