/**
 * Random traders: orders of every type, brackets, bars, cancels, targets and limits, in any order, on three symbols by two
 * strategies, one of which may be of another currency.
 */
import fc from "fast-check";
import type { Sql } from "postgres";
import { newSymbol } from "./desk.ts";
import { type Alert, canonical } from "./engine.ts";

/** Alerts of a run. */
export const STEPS = 120;

const price = fc.oneof(
  { weight: 40, arbitrary: fc.integer({ min: 90, max: 110 }).map(String) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40_000 }).map((cents) => String(cents / 100)) },
  { weight: 1, arbitrary: fc.constantFrom("0.000000000000000001", "999999999999999999", "0.3") },
);
const quantity = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 30 }).map(String) },
  { weight: 2, arbitrary: fc.constantFrom("0.5", "0.000000000000000001", "33.333333333333333333") },
  { weight: 1, arbitrary: fc.constantFrom("999999999999999999", "123456789012.5") },
);
const distance = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("1", "2", "5", "10") },
  fc.constantFrom("50", "99", "100", "150", "999999999999999999", "0.000000000000000001"),
);

const takeProfit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ percent: distance }) },
  { weight: 3, arbitrary: fc.record({ amount: distance }) },
  fc.record({ limit_price: price }),
);
/** Several; some come to more than the order, and are refused. */
const takeProfits = fc.array(
  fc.tuple(takeProfit, fc.constantFrom({ close_percent: "20" }, { close_percent: "33.3" }, { quantity: "3" }))
    .map(([where, size]) => ({ ...where, ...size })),
  { minLength: 2, maxLength: 3 },
);
const stopLoss = fc.oneof(
  { weight: 3, arbitrary: fc.record({ percent: distance }) },
  { weight: 3, arbitrary: fc.record({ amount: distance }) },
  fc.record({ stop_price: price }),
  fc.record({ type: fc.constant("stop_limit"), amount: distance, limit_price: price }),
  fc.record({ type: fc.constant("trailing_stop"), trail_amount: distance }),
  fc.record({ type: fc.constant("trailing_stop"), trail_percent: distance }),
  fc.record({ type: fc.constant("trailing_stop"), trail_amount: distance, activation_amount: distance }),
);
const prices = fc.oneof(
  { weight: 3, arbitrary: fc.record({ order_type: fc.constant("market") }) },
  fc.record({ order_type: fc.constant("limit"), limit_price: price }),
  fc.record({ order_type: fc.constant("stop"), stop_price: price }),
  fc.record({ order_type: fc.constant("stop_limit"), stop_price: price, limit_price: price }),
  fc.record({ order_type: fc.constant("trailing_stop"), trail_amount: distance }),
  fc.record({ order_type: fc.constant("trailing_stop"), trail_percent: distance }),
  fc.record({ order_type: fc.constant("trailing_stop"), trail_amount: distance, activation_price: price }),
);
const size = fc.oneof(
  { weight: 6, arbitrary: fc.record({ quantity }) },
  fc.record({
    quantity,
    quantity_type: fc.constantFrom("notional", "percent_of_equity", "percent_of_position"),
  }),
  fc.record({ quantity, quantity_type: fc.constantFrom("risk_notional", "risk_percent") }),
);
const side = fc.constantFrom("long", "short");
/** None at times: the alert then waits for one. */
const marketPrice = fc.option(price, { freq: 4 }).map((price) => ({ price }));

const trade = fc.tuple(
  fc.record({
    action: fc.constantFrom("buy", "sell"),
    time_in_force: fc.constantFrom("gtc", "gtc", "day", "ioc"),
  }),
  ...[
    size,
    prices,
    marketPrice,
    fc.oneof(
      fc.record({ take_profit: takeProfit, stop_loss: stopLoss }, { requiredKeys: [] }),
      fc.record({ take_profits: takeProfits, stop_loss: stopLoss }, { requiredKeys: ["take_profits"] }),
    ),
  ],
  fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, fc.record({ target: fc.record({ side }) })),
).map((parts) => Object.assign({}, ...parts) as Alert);
const target = fc.tuple(
  ...[prices, marketPrice, fc.record({ stop_loss: stopLoss }, { requiredKeys: [] })],
  fc.record({ target: fc.record({ side, quantity }) }),
).map((parts) => Object.assign({}, ...parts) as Alert);
const close = fc.tuple(prices, marketPrice, fc.record({ quantity }, { requiredKeys: [] }))
  .map((parts) => Object.assign({ action: "close" }, ...parts) as Alert);
const mark = fc.tuple(price, price, price, price).map(([open, high, low, close]): Alert => ({
  ...{ action: "mark", open, price: close, high, low },
}));
const modify = fc.tuple(
  marketPrice,
  fc.oneof(
    fc.record({ stop_loss: stopLoss }),
    fc.record({ take_profit: takeProfit }),
    fc.record({ stop_loss: stopLoss, take_profit: takeProfit }),
    fc.record({ limit_price: price }),
    fc.record({ stop_price: price }),
    fc.record({ trail_amount: distance }),
    fc.record({ trail_percent: distance }),
  ),
).map((parts) => Object.assign({ action: "modify" }, ...parts) as Alert);
const alert = fc.oneof(
  { weight: 12, arbitrary: trade },
  { weight: 2, arbitrary: target },
  { weight: 2, arbitrary: close },
  { weight: 5, arbitrary: mark },
  { weight: 3, arbitrary: modify },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Alert>(
      ...["cancel", "halt", "resume", "resume", "resume"].map((action) => ({ action })),
    ),
  },
);
/** A run: what is sent, how it is cut into batches, and the rules under which it is booked. */
export const run = fc.record({
  alerts: fc.array(
    fc.tuple(alert, fc.constantFrom(0, 0, 1, 1, 2), fc.constantFrom("one", "two")),
    { minLength: STEPS, maxLength: STEPS },
  ),
  cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: STEPS, maxLength: STEPS }),
  settings: fc.record({
    leverage: fc.constantFrom(null, null, 2),
    allow_short: fc.constantFrom(true, true, false),
    bar_path: fc.constantFrom("tradingview", "tradingview", "worst"),
    slippage_bps: fc.constantFrom(0, 0, 10, 10, 9999),
    fee_bps: fc.constantFrom(0, 7),
    fee_minimum: fc.constantFrom(0, 1),
    max_open_positions: fc.constantFrom(null, 2),
    max_orders_per_minute: fc.constantFrom(null, 5),
    max_daily_loss: fc.constantFrom(null, 5000),
    price_wait: fc.constantFrom(null, 1_000, 3_600),
    margin_call: fc.constantFrom("off", "close"),
  }),
  terms: fc.record({
    allow_nonpositive: fc.constantFrom(false, false, true),
    multiplier: fc.constantFrom("1", "50"),
    lot_size: fc.constantFrom(null, "0.1"),
    tick_size: fc.constantFrom(null, "0.5", "1"),
    /** The second symbol is priced in another currency, whose pair is the third; inverted: USD comes first in its name. */
    currency: fc.constantFrom(null, null, "direct", "inverted"),
  }),
});
const PRICES = new Set(["price", "limit_price", "stop_price", "activation_price", "open", "high", "low"]);

/** An alert with its prices around 0 in place of 100, and the extreme ones below 0. */
const around0 = (alert: Alert): Alert =>
  Object.fromEntries(
    Object.entries(alert).map(([name, value]) => [
      name,
      PRICES.has(name) && typeof value === "string"
        ? /^\d{2,3}$/.test(value) ? String(Number(value) - 100) : `-${value}`
        : Array.isArray(value)
        ? value.map(around0)
        : typeof value === "object" && value !== null
        ? around0(value as Alert)
        : value,
    ]),
  );

export type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

/** Makes the instruments of a run, and answers its alerts as they are sent, for no account yet. */
export async function alertsOf({ alerts, terms }: Run, sql: Sql): Promise<Alert[]> {
  const currency = newSymbol().slice(0, 8);
  const symbols = [
    ...[newSymbol(), newSymbol()],
    terms.currency === "inverted" ? `USD${currency}` : `${currency}USD`,
  ];
  for (const [nr, symbol] of symbols.entries()) {
    await sql`select public.upsert_instrument(${symbol}, ${terms.multiplier}::text::numeric,
      ${terms.lot_size}::text::numeric, ${terms.tick_size}::text::numeric,
      allow_nonpositive => ${terms.allow_nonpositive},
      quote_currency => ${nr === 1 && terms.currency !== null ? currency : null})`;
  }
  // In the past, as a replay's are: orders of every symbol expire by the clock of these alerts.
  return alerts.map(([alert, symbol, strategy], nr) =>
    canonical({
      ...{
        symbol: symbols[symbol],
        strategy,
        received_at: new Date(Date.UTC(2025, 2, 2) + nr * 613_000).toISOString(),
      },
      ...terms.allow_nonpositive ? around0(alert) : alert,
    })
  );
}
