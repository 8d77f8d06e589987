import * as z from "zod";
import type { AlertFields, CanonicalAlert } from "./canonical-alert.ts";
import { alertFieldsSchema, canonical, isOrder } from "./canonical-alert.ts";
import { compareDecimals } from "./decimal.ts";

/**
 * The canonical alert: the one shape that everything after the reading works with, and what is stored.
 *
 * Decimals are normalized strings; quantities and prices more than 0, `fee` of either sign (a rebate is negative),
 * in account currency; percents are percents (`5` is 5 %); `time` is ISO 8601 in UTC; `max_age` is in seconds.
 */
export const alertPayloadSchema = alertFieldsSchema.transform((read, context) => {
  const alert = canonical(read);
  for (const { path, message } of alertIssues(alert, read)) {
    context.issues.push({ code: "custom", path, message, input: undefined });
  }
  return alert;
});

/**
 * Compiling takes 10 milliseconds, and a quarter off what an alert costs to read (`deno task bench reading`). Before it Zod
 * writes no parser by itself either, which took 2 milliseconds of the first alert.
 */
const COMPILED_AFTER = 100;
let alertsRead = 0;
let compiled: typeof alertPayloadSchema | undefined;

/** Reads an alert by alertPayloadSchema: compiled, in an isolate that has read many. Most are young, and read a few. */
export function parseAlert(input: unknown): ReturnType<typeof alertPayloadSchema.safeParse> {
  if (++alertsRead === COMPILED_AFTER) compiled = z.compile(alertPayloadSchema);
  return compiled === undefined
    ? alertPayloadSchema.safeParse(input, { jitless: true })
    : compiled.safeParse(input);
}

/** Broken rules: where, in canonical names, and what to do about it. */
type Issues = Generator<{ path: PropertyKey[]; message: string }, void>;

const issue = (path: string, message: string) => ({ path: path.split("."), message });

const count = (...values: (string | null | undefined)[]): number =>
  values.filter((value) => (value ?? null) !== null).length;

/** The rules that an alert breaks, all of them; none when it is fine. */
function* alertIssues(alert: CanonicalAlert, read: AlertFields): Issues {
  yield* ofWhatIsWanted(alert, read);
  yield* ofModify(alert);
  yield* ofPrices(alert);
  yield* ofTakeProfits(alert);
  yield* ofStopLoss(alert);
  yield* ofMark(alert);
}

function* ofWhatIsWanted(
  { action, order_id, target, quantity }: CanonicalAlert,
  { symbol }: AlertFields,
): Issues {
  // An order needs a symbol; halt and resume concern the account, and a cancel may name an order or say `*`.
  if (action !== "halt" && action !== "resume") {
    if (symbol === "*" && action !== "cancel") yield issue("symbol", "may be * only to cancel all orders");
    if (symbol === null && (action !== "cancel" || order_id === null)) {
      yield issue("symbol", 'is missing: send the instrument, like "symbol": "AAPL"');
    }
  }
  // Without an action there must be a position to reach.
  const wanted = target?.quantity ?? null;
  if (action === null && wanted === null) {
    yield issue(
      "action",
      "is missing: send buy, sell, close, modify, cancel or mark, or the position wanted (position_size)",
    );
  }
  // A side that is held has a size; only flat is 0.
  if (target !== null && target.side !== "flat" && wanted === "0") {
    yield issue("target.quantity", `must be more than 0 to be ${target.side}; no position is flat`);
  }
  // A buy or sell says how much, unless the target does.
  if ((action === "buy" || action === "sell") && quantity === null && wanted === null) {
    yield issue("quantity", `is missing: say how much to ${action}`);
  }
}

/** A modify says what it changes: prices of resting orders, or where the exits of a position lie. */
function* ofModify(alert: CanonicalAlert): Issues {
  if (alert.action !== "modify") return;
  const fixed = alert.quantity !== null ? "quantity" : activations(alert) > 0 ? "activation_price" : null;
  if (fixed !== null) {
    return yield issue(fixed, "does not belong to a modify: cancel, and send the order again");
  }
  const { limit_price, stop_price, trail_amount, trail_percent, take_profit, stop_loss } = alert;
  if (count(limit_price, stop_price, trail_amount, trail_percent) === 0 && !take_profit && !stop_loss) {
    yield issue(
      "action",
      "modify changes nothing: send stop_loss, take_profit, stop_price or limit_price with it",
    );
  }
}

/** Which prices each order type takes. A price that it would not use is refused, for it meant something. */
const ORDER_PRICES = {
  market: { limit: false, stop: false, trail: false },
  limit: { limit: true, stop: false, trail: false },
  stop: { limit: false, stop: true, trail: false },
  stop_limit: { limit: true, stop: true, trail: false },
  trailing_stop: { limit: false, stop: false, trail: true },
};

/** What to send where a price does not belong to the type of the order. */
const INSTEAD = {
  limit_price: 'send "order_type": "limit", or the exit in profit as take_profit',
  stop_price: 'send "order_type": "stop", or the exit in loss as stop_loss',
  trail_amount: 'send "order_type": "trailing_stop", or the exit as stop_loss.trail_amount',
  trail_percent: 'send "order_type": "trailing_stop", or the exit as stop_loss.trail_percent',
};

function* ofPrices(alert: CanonicalAlert): Issues {
  if (!isOrder(alert)) return;
  const { order_type: type, limit_price, stop_price, trail_amount, trail_percent } = alert;
  const takes = ORDER_PRICES[type];
  const trail = trail_percent !== null && trail_amount === null ? "trail_percent" : "trail_amount";
  const sent = [
    ["limit_price", takes.limit, limit_price],
    ["stop_price", takes.stop, stop_price],
    [trail, takes.trail, trail_amount ?? trail_percent],
  ] as const;
  for (const [path, isTaken, price] of sent) {
    if (isTaken && price === null) yield issue(path, `is missing: a ${type} order needs it`);
    if (!isTaken && price !== null) yield issue(path, `does not belong to a ${type} order: ${INSTEAD[path]}`);
  }
  if (count(trail_amount, trail_percent) === 2) {
    yield issue("trail_amount", "must not come with trail_percent: send one of them");
  }
  yield* ofActivation("activation_price", alert, takes.trail);
}

const activations = (
  { activation_price, activation_amount, activation_percent }: Partial<CanonicalAlert>,
): number => count(activation_price, activation_amount, activation_percent);

/** What a trailing stop may wait for: one of price, amount and percent. */
function* ofActivation(path: string, order: Partial<CanonicalAlert>, isTrailing: boolean): Issues {
  if (activations(order) <= (isTrailing ? 1 : 0)) return;
  yield issue(
    path,
    isTrailing
      ? "must be one of activation_price, activation_amount and activation_percent"
      : "belongs to a trailing stop: send trail_amount or trail_percent with it",
  );
}

/** Of several take profits each is one price and at most one size; only the last may take the rest. */
function* ofTakeProfits({ action, quantity_type, take_profit, take_profits }: CanonicalAlert): Issues {
  if (take_profit !== null && Object.keys(take_profit).length !== 1) {
    yield issue("take_profit", "must have one of percent, amount and limit_price");
  }
  if (take_profits === null) return;
  if (take_profit !== null) {
    return yield issue("take_profits", "must not come with take_profit: send one of them");
  }
  if (action === "modify") {
    return yield issue(
      "take_profits",
      "does not belong to a modify: move each by its order_id, with take_profit",
    );
  }
  for (const [nr, { percent, amount, limit_price, quantity, close_percent }] of take_profits.entries()) {
    const sizes = count(quantity, close_percent);
    const message = count(percent, amount, limit_price) !== 1
      ? "must have one of percent, amount and limit_price"
      : sizes > 1
      ? "must have one of quantity and close_percent"
      : quantity !== undefined && quantity_type !== "units"
      ? `counts units, and the order ${quantity_type}: say close_percent`
      : sizes === 0 && nr < take_profits.length - 1
      ? "needs quantity or close_percent: only the last takes the rest"
      : null;
    if (message !== null) yield { path: ["take_profits", nr], message };
  }
}

/** A stop loss is one distance or price, of the kind that its type takes. */
function* ofStopLoss(alert: CanonicalAlert): Issues {
  const { stop_loss, quantity, quantity_type } = alert;
  if (stop_loss === null) {
    // Sizing by risk divides by the distance to the stop.
    if (isOrder(alert) && quantity_type.startsWith("risk_") && quantity !== null) {
      yield issue("stop_loss", `is missing: ${quantity_type} is measured to the stop loss`);
    }
    return;
  }
  const { type, percent, amount, stop_price, limit_price, trail_amount, trail_percent } = stop_loss;
  const isTrailing = type === "trailing_stop";
  const [fixed, trailing] = [count(percent, amount, stop_price), count(trail_amount, trail_percent)];
  if (
    isTrailing ? trailing !== 1 || fixed !== 0 || limit_price !== undefined : fixed !== 1 || trailing !== 0
  ) {
    return yield issue(
      "stop_loss",
      isTrailing
        ? "of type trailing_stop must have one of trail_amount and trail_percent, and nothing else"
        : "must have one of percent, amount and stop_price",
    );
  }
  if (activations(stop_loss) > (isTrailing ? 1 : 0)) {
    yield* ofActivation("stop_loss.activation_price", stop_loss, isTrailing);
  } else if (type === "stop_limit" && limit_price === undefined) {
    yield issue("stop_loss.limit_price", "is missing: a stop_limit needs it");
  } else if (type === "stop" && limit_price !== undefined) {
    yield issue("stop_loss.limit_price", "does not belong to a stop; its type must be stop_limit");
  }
}

/** A mark is a price, and its bar hangs together. */
function* ofMark({ action, price, open, high, low, close }: CanonicalAlert): Issues {
  if (action !== "mark") return;
  if (price === null) return yield issue("price", "is missing: a mark is a price");
  if (high === null && low === null) return;
  if (high === null || low === null) {
    return yield issue(high === null ? "high" : "low", "is missing: a bar has high and low");
  }
  if (compareDecimals(high, low) < 0) return yield issue("high", "is below low");
  for (const [path, value] of Object.entries({ open, close })) {
    if (value !== null && (compareDecimals(value, high) > 0 || compareDecimals(value, low) < 0)) {
      return yield issue(path, "is not between low and high");
    }
  }
}
