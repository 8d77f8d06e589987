import * as z from "zod";
import { INVISIBLE, strikeShapes } from "../auth/strike.ts";
import { absolute, readDecimal } from "./decimal.ts";
import { stopLoss, takeProfit, takeProfits } from "./exits.ts";
import { decimal, integer, text, time, word } from "./fields.ts";
import { accountName, splitSymbol, strategyName, symbol } from "./names.ts";

/** What an alert asks for; null when only a target position is given. */
export const ACTIONS = ["buy", "sell", "close", "modify", "cancel", "mark", "halt", "resume"] as const;
/** What `quantity` counts: units; account currency; percent of equity or position; what the stop may lose. */
export const QUANTITY_TYPES = [
  "units",
  "notional",
  "percent_of_equity",
  "percent_of_position",
  "risk_notional",
  "risk_percent",
] as const;
export const ORDER_TYPES = ["market", "limit", "stop", "stop_limit", "trailing_stop"] as const;
export const TIMES_IN_FORCE = ["gtc", "day", "ioc"] as const;
export const SIDES = ["long", "short", "flat"] as const;

const exchange = text(
  /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$/,
  "must be at most 32 letters, digits, spaces or . _ -",
);
const identifier = text(/^[\x20-\x7E\p{L}\p{M}\p{N}]{1,200}$/u, "must be at most 200 printable characters");
const interval = text(/^[A-Za-z0-9]{1,16}$/, "must be at most 16 letters and digits");

/**
 * Free text for people: control characters become spaces, and what is past 500 characters is cut. Characters that nobody
 * sees go: some turn the direction of what follows, and a key may hide between them.
 */
const comment = z.unknown().optional().transform((written) => {
  if (typeof written !== "string") return null;
  const plain = written.replace(INVISIBLE, "").replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
  const kept = strikeShapes(plain).slice(0, 500).toWellFormed();
  return kept === "" ? null : kept;
}).meta({ description: "At most 500 characters; what is past them is cut." });

const target = z.strictObject({ side: word(SIDES, "a side"), quantity: decimal("unsigned") }).nullish()
  .transform((value, context) => {
    if (value === null || value === undefined) return null;
    if (value.side !== null) {
      return { side: value.side, quantity: value.side === "flat" ? "0" : value.quantity };
    }
    context.issues.push({
      code: "custom",
      path: ["side"],
      message: "is missing: long, short or flat",
      input: undefined,
    });
    return z.NEVER;
  });

/** The position before the alert. It changes no order but that of alerts of one second: what cannot be read is left out. */
const previous = z.unknown().optional().transform(
  (written): { side: typeof SIDES[number]; quantity: string } | null => {
    const { side, quantity } = (written ?? {}) as { side?: unknown; quantity?: unknown };
    const size = readDecimal(String(quantity));
    if (!size.ok) return null;
    if (size.value === "0") return { side: "flat", quantity: "0" };
    const signed = size.value.startsWith("-") ? "short" : "long";
    const said = SIDES.find((each) => each === side) ?? signed;
    return said === "flat" ? null : { side: said, quantity: absolute(size.value) };
  },
).meta({ description: "side long, short or flat; quantity in units." });

/** A field with what it means, for the OpenAPI document and docs/alerts.md. */
function told<Schema extends z.ZodType>(schema: Schema, title: string): Schema {
  return schema.meta({ title });
}

/** What an alert's fields may be, each by itself; absent ones are null. */
export const alertFieldsSchema = z.object({
  idempotency_key: told(identifier, "Names the alert: it is booked once for good under this name"),
  id: told(identifier, "A label, such as Pine's order id: a part of the content"),
  account: told(accountName, "The account; without one the key's own, else default"),
  strategy: told(strategyName, "Whose position it is: two strategies on one symbol never mix"),
  symbol: told(symbol, "The instrument, also with its exchange before a colon; * to cancel everywhere"),
  exchange: told(exchange, "Where the instrument trades: another than the one held is refused"),
  action: told(word(ACTIONS, "an action"), "What to do; not needed with a target"),
  target: told(target, "The position wanted after the alert"),
  previous: told(
    previous,
    "The position before it, as its sender knew it: puts alerts of one second in order, and shows that one never came",
  ),
  quantity: told(decimal("positive"), "How much, counted as quantity_type says"),
  quantity_type: told(word(QUANTITY_TYPES, "a quantity type"), "What quantity counts; units when left out"),
  order_type: told(word(ORDER_TYPES, "an order type"), "When left out, what the prices sent imply"),
  price: told(decimal("signed"), "The market price at the alert: what a market order fills at"),
  limit_price: told(decimal("signed"), "Of a limit or stop_limit order"),
  stop_price: told(decimal("signed"), "Of a stop or stop_limit order"),
  trail_amount: told(decimal("positive"), "Of a trailing_stop: its distance in money per unit"),
  trail_percent: told(decimal("positive"), "Of a trailing_stop: its distance in percent"),
  activation_price: told(decimal("positive"), "Of a trailing_stop: the price from which it trails"),
  activation_amount: told(
    decimal("positive"),
    "Of a trailing_stop: how far the price must go before it trails",
  ),
  activation_percent: told(decimal("positive"), "Of a trailing_stop: so many percent, likewise"),
  take_profit: told(takeProfit, "Exit in profit: one of percent, amount and limit_price"),
  take_profits: told(
    takeProfits,
    "Several: each also says how much it closes, by quantity or close_percent; the last may take the rest",
  ),
  stop_loss: told(stopLoss, "Exit in loss: a price or a distance, and how it is executed"),
  time_in_force: told(word(TIMES_IN_FORCE, "a time in force"), "How long an order rests; gtc when left out"),
  time: told(
    time.meta({ description: "ISO 8601, UTC without an offset; or epoch seconds or milliseconds." }),
    "When the alert was made: shows late alerts, and recognizes resends for good",
  ),
  max_age: told(integer(1, 31_536_000, "seconds"), "Older than this, it is refused as stale_alert"),
  interval: told(interval, "The chart's bar: of a mark, how long before its time the bar began"),
  fee: told(decimal("signed"), "The fee of this order, in place of the account's model; below 0 a rebate"),
  comment: told(comment, "For people; kept"),
  order_id: told(identifier, "The order that a cancel or modify is for"),
  open: told(decimal("signed"), "Of a mark's bar"),
  high: told(decimal("signed"), "Of a mark's bar: may fill resting orders"),
  low: told(decimal("signed"), "Of a mark's bar: may fill resting orders"),
  close: told(decimal("signed"), "Of a mark's bar: its price"),
}, { error: "must be an object" });

/** The fields of an alert, each read by itself; null where nothing was sent. */
export type AlertFields = z.output<typeof alertFieldsSchema>;

export const isOrder = ({ action }: Pick<AlertFields, "action">): boolean =>
  action === null || action === "buy" || action === "sell" || action === "close";

/** Fills in what the sender left to be understood, and drops what does not belong to the action. */
export function canonical(read: AlertFields) {
  const [place, ticker] = splitSymbol(read.symbol);
  // A bar is only a mark's: an order's bar began before the order, and must not fill it.
  const { open, high, low, close } = read.action === "mark" ? read : NO_BAR;
  return {
    ...read,
    account: read.account ?? "default",
    strategy: read.strategy ?? "",
    symbol: ticker,
    // TradingView marks delayed data by `_DL` or `_DLY` after the exchange; it is the same instrument.
    exchange: (read.exchange?.toUpperCase() ?? place)?.replace(/_DLY?$/, "") ?? null,
    quantity_type: read.quantity_type ?? "units" as const,
    order_type: isOrder(read) ? read.order_type ?? impliedOrderType(read) : "market" as const,
    price: read.price ?? close,
    stop_loss: read.stop_loss === null ? null : { type: impliedStopType(read.stop_loss), ...read.stop_loss },
    order_id: read.action === "cancel" || read.action === "modify" ? read.order_id : null,
    ...{ open, high, low, close },
  };
}

/** An alert as it was read, whoever sent it. See alertPayloadSchema. */
export type CanonicalAlert = ReturnType<typeof canonical>;

const NO_BAR = { open: null, high: null, low: null, close: null };

/** Prices say what order is meant when the sender does not: with a limit price it is a limit order, and so on. */
function impliedOrderType(read: AlertFields): typeof ORDER_TYPES[number] {
  if (read.trail_amount !== null || read.trail_percent !== null) return "trailing_stop";
  if (read.stop_price !== null) return read.limit_price === null ? "stop" : "stop_limit";
  return read.limit_price === null ? "market" : "limit";
}

function impliedStopType(
  stop: NonNullable<AlertFields["stop_loss"]>,
): "stop" | "stop_limit" | "trailing_stop" {
  if (stop.trail_amount !== undefined || stop.trail_percent !== undefined) return "trailing_stop";
  return stop.limit_price === undefined ? "stop" : "stop_limit";
}
