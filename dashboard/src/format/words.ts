import { formatDecimal, isDecimal } from "./decimal.ts";

/** What to do about a refusal, by its code. */
const ADVICE: Record<string, string> = {
  account_halted: "The account is halted. Resume it with the tool resume_account once you know why.",
  id_conflict:
    "This idempotency_key was used before with other content. Give each alert one of its own, or none.",
  insufficient_funds:
    "Equity times leverage does not carry this order. Send less, deposit, or raise leverage.",
  invalid_bracket: "Take profit and stop loss must lie on their sides of the entry price.",
  invalid_order: "The prices do not fit the order type. See the message for which.",
  invalid_price:
    "A price of 0 or below. Leave it out of a market order, or set allow_nonpositive of the instrument.",
  ambiguous_order: "Several orders rest that it could change. Name one by order_id.",
  no_order:
    "Nothing rests that it could change. Move exits by stop_loss and take_profit, other orders by their prices.",
  shadow_account: "Send the alert to the account that the shadow follows.",
  unknown_account: "Make the account, or correct its name.",
  no_price: "Put the price into the alert, such as {{close}}, or send a mark first.",
  no_quantity: "Put a quantity or a target position into the alert.",
  no_rate:
    "The instrument is priced in another currency. Send a mark of the pair that the message names, then the alert anew.",
  no_stop: "A size by risk needs a stop_loss to measure from.",
  quantity_too_large: "Quantities stay below 1e18. Check the units of the sender.",
  quantity_too_small: "The quantity is less than one lot. Send more, or lower lot_size.",
  risk_limit: "A limit of the account's settings refused it. The message names the limit.",
  short_not_allowed: "The account is long-only. Set allow_short to take short positions.",
  exchange_conflict:
    "The symbol is known under another exchange. Name that one or none, or set symbols to with_exchange.",
  stop_too_far:
    "The stop loss is no price. Send stop_loss.percent or stop_loss.amount, or raise max_stop_distance.",
  stale_alert:
    "A newer alert of this strategy and symbol was booked already. Check the sender's clock and order.",
  too_many_orders: "Too many orders rest. Cancel some, or raise max_resting_orders.",
  too_many_strategies: "Too many strategies trade this symbol. Use fewer names, or raise max_strategies.",
  too_many_symbols: "Too many symbols were traded or marked. Reset the account, or raise max_symbols.",
};

/** What to do about a refusal; null when there is nothing to do. */
export function adviceFor(code: string | null): string | null {
  return code === null ? null : ADVICE[code] ?? null;
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fieldsOf = (value: unknown): Fields => isFields(value) ? value : {};

const textOf = (value: unknown): string | null => {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string" || value === "") return null;
  return isDecimal(value) ? formatDecimal(value) : value;
};

const UNITS: Record<string, (quantity: string) => string> = {
  units: (quantity) => quantity,
  notional: (quantity) => `for ${quantity}`,
  percent_of_equity: (quantity) => `${quantity}% of equity`,
  percent_of_position: (quantity) => `${quantity}% of the position`,
  risk_notional: (quantity) => `risking ${quantity}`,
  risk_percent: (quantity) => `risking ${quantity}%`,
};

/** What came of an alert, in a word: a mark that filled nothing has moved a price, and so was not ignored. */
export const outcomeOf = (status: string, request: unknown): string =>
  status === "ignored" && fieldsOf(request).action === "mark" ? "marked" : status;

/** How an alert was read, as a phrase: "buy 10 at market, price 190.25". */
export function describeAlert(request: unknown): string {
  if (!isFields(request)) return "";
  const price = textOf(request.price);
  const target = describeTarget(request.target);
  const parts = [target ?? describeAction(request), describeOrder(request)];
  if (price !== null) parts.push(request.action === "mark" ? price : `price ${price}`);
  const exits = [
    describeExit("take profit", request.take_profit),
    ...list(request.take_profits).map((each, nr) => describeExit(`take profit ${nr + 1} at`, each)),
    describeExit("stop loss", request.stop_loss),
  ];
  return [...parts, ...exits].filter((part) => part !== null && part !== "").join(", ");
}

function describeAction(request: Fields): string {
  const action = textOf(request.action) ?? "";
  const quantity = textOf(request.quantity);
  if (quantity === null) return action;
  const units = UNITS[String(request.quantity_type ?? "units")] ?? UNITS.units;
  return `${action} ${units?.(quantity) ?? quantity}`;
}

function describeTarget(target: unknown): string | null {
  if (!isFields(target)) return null;
  return ["to", textOf(target.side), target.side === "flat" ? null : textOf(target.quantity)]
    .filter((part) => part !== null).join(" ");
}

function describeOrder(request: Fields): string | null {
  const type = textOf(request.order_type);
  if (request.action === "mark" || type === null || type === "market") return null;
  const prices = [
    ["limit", request.limit_price],
    ["stop", request.stop_price],
    ["trail", request.trail_amount],
    ["trail %", request.trail_percent],
  ].flatMap(([name, value]) => textOf(value) === null ? [] : [`${name} ${textOf(value)}`]);
  return prices.length > 0 ? prices.join(" ") : type.replaceAll("_", " ");
}

function describeExit(name: string, rule: unknown): string | null {
  if (!isFields(rule)) return null;
  const { type: _type, ...distances } = rule;
  const [[field, value] = []] = Object.entries(distances).filter(([, value]) => textOf(value) !== null);
  return field === undefined ? null : `${name} ${textOf(value)}${field.endsWith("percent") ? "%" : ""}`;
}

const list = (value: unknown): unknown[] => Array.isArray(value) ? value : [];

/** What stands in a stored alert beside what was read. */
const NOT_READ = new Set(["hash", "ignored", "arrived_at"]);

/** A list of names in a record; none when there is none. */
export function namesIn(record: unknown, name: string): string[] {
  const value = fieldsOf(record)[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** The fields of a record that were set, each as a name and a text: what was read, in full. */
export function listFields(record: unknown, prefix = ""): [string, string][] {
  return Object.entries(fieldsOf(record)).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined || value === "" || NOT_READ.has(name)) return [];
    if (isFields(value)) return listFields(value, `${prefix}${name}.`);
    return [[`${prefix}${name}`, typeof value === "string" ? value : JSON.stringify(value)]];
  });
}

/** A text field of a JSON answer, or null. */
export function fieldOf(answer: unknown, name: string): string | null {
  const value = fieldsOf(answer)[name];
  return typeof value === "string" && value !== "" ? value : null;
}
