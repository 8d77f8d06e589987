import { type AlertFields, type CanonicalAlert, isOrder } from "./canonical-alert.ts";
import { compareDecimals } from "./decimal.ts";

/** A broken rule: where, in canonical names, and what to do about it. */
export type AlertIssue = { path: PropertyKey[]; message: string };

type Rule = (alert: CanonicalAlert, read: AlertFields) => AlertIssue[];

const none: AlertIssue[] = [];

function issue(path: string, message: string): AlertIssue[] {
  return [{ path: path.split("."), message }];
}

/** An order needs a symbol; halt and resume concern the account, and a cancel may name an order or say `*`. */
const hasSymbol: Rule = ({ action, order_id }, { symbol }) => {
  if (action === "halt" || action === "resume") return none;
  if (symbol === "*") {
    return action === "cancel" ? none : issue("symbol", "may be * only to cancel all orders");
  }
  if (symbol !== null || (action === "cancel" && order_id !== null)) return none;
  return issue("symbol", 'is missing: send the instrument, like "symbol": "AAPL"');
};

/** Without an action there must be a position to reach; a side that is held has a size; a buy or sell says how much. */
const hasAim: Rule = ({ action, quantity, target }) => {
  const wanted = target?.quantity ?? null;
  if (target !== null && target.side !== "flat" && wanted === "0") {
    return issue("target.quantity", `must be more than 0 to be ${target.side}; no position is flat`);
  }
  if (wanted !== null) return none;
  if (action === null) return issue("action", NO_ACTION);
  const isSizeless = (action === "buy" || action === "sell") && quantity === null;
  return isSizeless ? issue("quantity", `is missing: say how much to ${action}`) : none;
};

const NO_ACTION =
  "is missing: send buy, sell, close, modify, cancel or mark, or the position wanted (position_size)";

/** A modify says what it changes: prices of resting orders, or where the exits of a position lie. */
const modifyChanges: Rule = (alert) => {
  if (alert.action !== "modify") return none;
  const again = "does not belong to a modify: cancel, and send the order again";
  if (alert.quantity !== null) return issue("quantity", again);
  if (activates("activation_price", alert, false).length > 0) return issue("activation_price", again);
  const { limit_price, stop_price, trail_amount, trail_percent, take_profit, stop_loss } = alert;
  const changes = [limit_price, stop_price, trail_amount, trail_percent, take_profit, stop_loss];
  const message = "modify changes nothing: send stop_loss, take_profit, stop_price or limit_price with it";
  return changes.some((each) => each !== null) ? none : issue("action", message);
};

/** Which prices each order type takes. A price that it would not use is refused, for it meant something. */
const ORDER_PRICES = {
  market: { limit: false, stop: false, trail: false },
  limit: { limit: true, stop: false, trail: false },
  stop: { limit: false, stop: true, trail: false },
  stop_limit: { limit: true, stop: true, trail: false },
  trailing_stop: { limit: false, stop: false, trail: true },
};

const orderHasItsPrices: Rule = (alert) => {
  if (!isOrder(alert)) return none;
  const { order_type } = alert;
  const takes = ORDER_PRICES[order_type];
  return [
    ...fits("limit_price", order_type, takes.limit, alert.limit_price !== null),
    ...fits("stop_price", order_type, takes.stop, alert.stop_price !== null),
    ...fits(
      alert.trail_percent !== null && alert.trail_amount === null ? "trail_percent" : "trail_amount",
      order_type,
      takes.trail,
      alert.trail_amount !== null || alert.trail_percent !== null,
    ),
    ...alert.trail_amount !== null && alert.trail_percent !== null
      ? issue("trail_amount", "must not come with trail_percent: send one of them")
      : none,
    ...activates("activation_price", alert, takes.trail),
  ];
};

/** What a trailing stop may wait for: one of price, amount and percent. */
function activates(
  path: string,
  { activation_price, activation_amount, activation_percent }: Partial<CanonicalAlert>,
  isTrailing: boolean,
): AlertIssue[] {
  const sent = [activation_price, activation_amount, activation_percent].filter((each) =>
    (each ?? null) !== null
  );
  if (sent.length === 0 || sent.length === 1 && isTrailing) return none;
  return issue(
    path,
    isTrailing
      ? "must be one of activation_price, activation_amount and activation_percent"
      : "belongs to a trailing stop: send trail_amount or trail_percent with it",
  );
}

function fits(path: string, type: string, wanted: boolean, sent: boolean): AlertIssue[] {
  if (wanted === sent) return none;
  return issue(
    path,
    wanted ? `is missing: a ${type} order needs it` : `does not belong to a ${type} order: ${INSTEAD[path]}`,
  );
}

/** What to send where a price does not belong to the type of the order. */
const INSTEAD: Readonly<Record<string, string>> = {
  limit_price: 'send "order_type": "limit", or the exit in profit as take_profit',
  stop_price: 'send "order_type": "stop", or the exit in loss as stop_loss',
  trail_amount: 'send "order_type": "trailing_stop", or the exit as stop_loss.trail_amount',
  trail_percent: 'send "order_type": "trailing_stop", or the exit as stop_loss.trail_percent',
};

const takeProfitIsOne: Rule = ({ take_profit }) =>
  take_profit !== null && Object.keys(take_profit).length !== 1
    ? issue("take_profit", "must have one of percent, amount and limit_price")
    : none;

/** Of several take profits each is one price and at most one size; only the last may take the rest. */
const takeProfitsAreParts: Rule = ({ action, quantity_type, take_profit, take_profits }) => {
  if (take_profits === null) return none;
  if (take_profit !== null) return issue("take_profits", "must not come with take_profit: send one of them");
  if (action === "modify") {
    return issue("take_profits", "does not belong to a modify: move each by its order_id, with take_profit");
  }
  return take_profits.flatMap(({ percent, amount, limit_price, quantity, close_percent }, nr) => {
    const at = (message: string): AlertIssue[] => [{ path: ["take_profits", nr], message }];
    if (count(percent, amount, limit_price) !== 1) {
      return at("must have one of percent, amount and limit_price");
    }
    const sizes = count(quantity, close_percent);
    if (sizes > 1) return at("must have one of quantity and close_percent");
    if (quantity !== undefined && quantity_type !== "units") {
      return at(`counts units, and the order ${quantity_type}: say close_percent`);
    }
    return sizes === 1 || nr === take_profits.length - 1
      ? none
      : at("needs quantity or close_percent: only the last takes the rest");
  });
};

/** A stop loss is one distance or price, of the kind that its type takes. */
const stopLossIsOne: Rule = ({ stop_loss }) => {
  if (stop_loss === null) return none;
  const { type, percent, amount, stop_price, limit_price, trail_amount, trail_percent } = stop_loss;
  const fixed = count(percent, amount, stop_price);
  const trailing = count(trail_amount, trail_percent);
  if (type === "trailing_stop") {
    const isAlone = trailing === 1 && fixed === 0 && limit_price === undefined;
    const message = "of type trailing_stop must have one of trail_amount and trail_percent, and nothing else";
    return isAlone ? activates("stop_loss.activation_price", stop_loss, true) : issue("stop_loss", message);
  }
  if (fixed !== 1 || trailing !== 0) {
    return issue("stop_loss", "must have one of percent, amount and stop_price");
  }
  const waits = activates("stop_loss.activation_price", stop_loss, false);
  if (waits.length > 0 || (type === "stop_limit") === (limit_price !== undefined)) return waits;
  const message = type === "stop"
    ? "does not belong to a stop; its type must be stop_limit"
    : "is missing: a stop_limit needs it";
  return issue("stop_loss.limit_price", message);
};

/** Sizing by risk divides by the distance to the stop. */
const riskHasStop: Rule = (alert) =>
  isOrder(alert) && alert.quantity_type.startsWith("risk_") && alert.quantity !== null &&
    alert.stop_loss === null
    ? issue("stop_loss", `is missing: ${alert.quantity_type} is measured to the stop loss`)
    : none;

/** A mark is a price, and its bar hangs together. */
const markIsPrice: Rule = ({ action, price, open, high, low, close }) => {
  if (action !== "mark") return none;
  if (price === null) return issue("price", "is missing: a mark is a price");
  if ((high === null) !== (low === null)) {
    return issue(high === null ? "high" : "low", "is missing: a bar has high and low");
  }
  if (high === null || low === null) return none;
  if (compareDecimals(high, low) < 0) return issue("high", "is below low");
  const outside = (value: string | null) =>
    value !== null && (compareDecimals(value, high) > 0 || compareDecimals(value, low) < 0);
  if (outside(open)) return issue("open", "is not between low and high");
  if (outside(close)) return issue("close", "is not between low and high");
  return none;
};

const RULES: readonly Rule[] = [
  hasSymbol,
  hasAim,
  modifyChanges,
  orderHasItsPrices,
  takeProfitIsOne,
  takeProfitsAreParts,
  stopLossIsOne,
  riskHasStop,
  markIsPrice,
];

/** The rules that an alert breaks, all of them; none when it is fine. */
export function alertIssues(alert: CanonicalAlert, read: AlertFields): AlertIssue[] {
  return RULES.flatMap((rule) => rule(alert, read));
}

function count(...values: (string | undefined)[]): number {
  return values.filter((value) => value !== undefined).length;
}
