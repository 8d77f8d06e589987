import type { Problem } from "../http/errors.ts";
import { readDecimal } from "../validators/decimal.ts";
import { type Leaf, plainText } from "./fields.ts";
import { isMessage, plainName, type Value } from "./message.ts";
import { REPORT_NAMES, WRAPPERS } from "./vocabulary.ts";

/** Words of an order: a name that has one among its words may change what is traded. */
const ORDER_WORDS = new Set([
  ...[
    "side",
    "qty",
    "quantity",
    "size",
    "amount",
    "volume",
    "vol",
    "lot",
    "lots",
    "contract",
    "contracts",
    "share",
    "shares",
  ],
  ...[
    "unit",
    "units",
    "percent",
    "percentage",
    "pct",
    "risk",
    "tp",
    "sl",
    "stop",
    "stops",
    "trail",
    "trailing",
    "profit",
  ],
  ...[
    "target",
    "targets",
    "limit",
    "trigger",
    "close",
    "exit",
    "flatten",
    "reduce",
    "reverse",
    "hedge",
    "option",
    "options",
    "strike",
  ],
  ...[
    "strikes",
    "expiry",
    "expiration",
    "expire",
    "expires",
    "leg",
    "legs",
    "pip",
    "pips",
    "point",
    "points",
    "ticks",
  ],
  ...[
    "oco",
    "bracket",
    "breakeven",
    "right",
    "dte",
    "delta",
    "multiplier",
    "takeprofit",
    "stoploss",
    "ordertype",
    "callput",
  ],
]);
/** Long enough to be found inside of words written together, as in `MYTAKEPROFITPRICE`. */
const ORDER_PARTS =
  /quantity|amount|volume|contract|percent|profit|stoploss|trail|target|limit|trigger|reduce|reverse|hedge|option|strike|expir|ordertype|breakeven|trading?side|ordersize|lotsize|position(side|size|idx|effect)|preventpyramiding|samedirection/;
/** `tp1`, `slprice`, `tppips`: short words, at the beginning only. */
const ORDER_BEGINNING =
  /^(tp|sl|qty|leg)(\d|price|pips?|points?|ticks?|pct|percent|amount|value|level|type|trigger)/;
/** Values that speak of an order whatever their name is. */
const ORDER_VALUES = new Set([
  "call",
  "put",
  "option",
  "options",
  "opt",
  "ce",
  "pe",
  "oco",
  "mleg",
  "trailing",
  // CrossTrade's commands that are more than the order beside them.
  "flatplace",
  "reverse",
  "reverseposition",
  "cancelreplace",
  "change",
]);
/** Values that ask for nothing. */
const NOTHING = new Set([
  "",
  "none",
  "no",
  "off",
  "null",
  "nan",
  "na",
  "n/a",
  "false",
  "undefined",
  "disabled",
]);

/** What to send in place of a field that is not understood, by what its name speaks of. */
const ADVICE: readonly [about: RegExp, advice: string][] = [
  [/option|strike|expir|dte|right|call|put/, 'send the contract\'s own symbol, such as "AAPL 240901C150"'],
  [/leg/, "an alert trades one contract: send its own symbol"],
  [/pip|point|tick/, "send a price, or the distance in money as stop_loss.amount or take_profit.amount"],
  [/trail/, "send stop_loss.trail_percent or stop_loss.trail_amount"],
  [/risk/, 'send quantity with "quantity_type": "risk_percent" and a stop_loss'],
  [/tp|profit|target/, "send take_profit as a price, take_profit.percent or take_profit.amount"],
  [/sl|stop/, "send stop_loss as a price, stop_loss.percent or stop_loss.amount"],
  [/limit|trigger/, "send limit_price or stop_price"],
  [/close|exit|reduce|reverse|side|hedge/, "send action, or the position wanted as position_size"],
  [/qty|quantity|size|amount|vol|lot|contract|share|unit|percent|pct/, "send quantity and quantity_type"],
];

/** The words of a name: at capitals, digits, `_`, `-`, dots and spaces. */
function wordsOf(path: string): string[] {
  return path.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z]+/).filter((word) =>
    word !== ""
  );
}

const last = (path: string): string => path.slice(Math.max(path.lastIndexOf("."), path.lastIndexOf("]")) + 1);
/** The name alone, as plainName has it: without the objects that it stands in and its place in a list. */
const nameOf = (path: string): string => plainName(last(path.replace(/(\[\d+\])+$/, "")));

const REPORTS = new Set(REPORT_NAMES);

/** Whether a name belongs to a report, which changes no order. */
function isReport(path: string): boolean {
  const name = nameOf(path).replace(/\d+$/, "");
  const inObject = path.split(".").slice(-2).map(plainName).join(".");
  return REPORTS.has(name) || REPORTS.has(`${name}#`) || REPORTS.has(inObject);
}

/** Whether one part of a path speaks of an order. */
function speaksOfOrder(part: string): boolean {
  const plain = plainName(part);
  return wordsOf(part).some((word) => ORDER_WORDS.has(word)) || ORDER_PARTS.test(plain) ||
    ORDER_BEGINNING.test(plain);
}

const isWrapper = (part: string): boolean => WRAPPERS.has(part) || /^(order)?legs$/.test(part);

/**
 * Tells whether a name speaks of an order: its own words, and those of the objects it stands in. An object is looked at
 * once, however many names stand in it: their own names may be long.
 */
function createNamesAnOrder(): (path: string) => boolean {
  const objects = new Map<string, boolean>();
  function objectSpeaks(part: string): boolean {
    const known = objects.get(part);
    if (known !== undefined) return known;
    const speaks = !isWrapper(plainName(part)) && speaksOfOrder(part);
    objects.set(part, speaks);
    return speaks;
  }
  return (path) => {
    const parts = path.split(".");
    const name = parts.pop() ?? "";
    return speaksOfOrder(name) || parts.some(objectSpeaks);
  };
}

/** Whether a value asks for nothing: empty, zero, false or none. A multiplier of 1 changes nothing either. */
function asksForNothing(path: string, value: Value): boolean {
  if (isMessage(value)) return false;
  const text = plainText(value);
  if (typeof value !== "string" || NOTHING.has(text)) return value !== true;
  const read = readDecimal(text.replace(/%$/, ""));
  return read.ok && (read.value === "0" || read.value === "1" && /multiplier$/.test(nameOf(path)));
}

/** What of a message is not understood: names that change nothing, and what cannot be passed over. */
export type Unknown = {
  /** Names to list in the answer, as the sender wrote them. */
  ignored: string[];
  /** Fields that may change the order, each with what to send instead. */
  problems: Problem[];
};

/** Names and problems at most: a message of thousands of fields is nobody's order. */
const MOST = 50;

/** Sorts what stands under unknown names by whether it may change the order. */
export function sortUnknown(leaves: readonly Leaf[]): Unknown {
  const ignored = new Set<string>();
  const problems: Problem[] = [];
  const namesAnOrder = createNamesAnOrder();
  for (const { path, value } of leaves) {
    if (isReport(path)) continue;
    const short = path.slice(0, 64);
    const isOrder = namesAnOrder(path) || ORDER_VALUES.has(plainText(value));
    if (!isOrder || asksForNothing(path, value)) {
      if (ignored.size < MOST) ignored.add(short);
    } else if (problems.length < MOST) problems.push(unknownField(short));
  }
  return { ignored: [...ignored], problems };
}

function unknownField(path: string): Problem {
  const words = `${wordsOf(path).join(" ")} ${plainName(path)}`;
  const [, advice] = ADVICE.find(([about]) => about.test(words)) ?? [];
  return {
    path,
    message: `is not understood and may change the order: ${
      advice === undefined ? "" : `${advice}, or `
    }leave it out`,
    code: "unknown_field",
  };
}

/** Unread fields that hold a number: what a size that is missing may have been sent as. */
export function unreadNumbers(leaves: readonly Leaf[]): string[] {
  return leaves.filter(({ value }) => typeof value === "string" && readDecimal(value).ok)
    .map(({ path }) => path.slice(0, 64)).slice(0, 5);
}
