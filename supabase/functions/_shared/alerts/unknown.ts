import type { Problem } from "../http/errors.ts";
import { decimalIn } from "../validators/decimal.ts";
import { ADVICE, PLAIN_ADVICE } from "./advice.ts";
import type { Fields, Leaf } from "./field-names.ts";
import { isNothing, plainText } from "./fits.ts";
import { changesSize } from "./interpret-order.ts";
import { plainName, type Value, words, wordsOf } from "./message.ts";
import { ACTION_WORDS, type ActionWord, ORDER_TYPE_WORDS, TYPED_ACTION_WORDS } from "./words.ts";
import { WRAPPERS } from "./name-index.ts";

/** Words of an order: a name that has one among its words may change what is traded. */
const ORDER_WORDS: ReadonlySet<string> = new Set(words(`
  side qty quantity size sizing amount volume vol lot lots contract contracts share shares unit units
  percent percentage pct perc portion fraction partial factor max
  risk tp tps sl stop stops trail trailing profit target targets limit trigger offset offsets entries
  close exit flatten squareoff reduce reverse hedge cancel require
  option options strike strikes expiry expiration expire expires right dte delta
  leg legs pip pips point points ticks oco bracket breakeven multiplier takeprofit stoploss ordertype callput`));

/** Long enough to be found inside of words written together, as in `MYTAKEPROFITPRICE`. */
const ORDER_PARTS =
  /quantity|amount|volume|contract|percent|profit|stoploss|trail|target|limit|trigger|reduce|reverse|hedge|option|strike|expir|ordertype|breakeven|squareoff|trading?side|ordersize|lotsize|position(side|size|idx|effect)|preventpyramiding|samedirection/;

/** `tp1`, `slprice`, `tppips`: short words, at the beginning only. */
const ORDER_BEGINNING =
  /^(tp|sl|qty|leg)(\d|price|pips?|points?|ticks?|pct|percent|amount|value|level|type|trigger)/;

/** A name that may hold the size, as plainName has it, whatever else it may be: beside it no default size is taken. */
const SIZE_NAME =
  /siz(e|ing)|qty|quantit|amount|stake|invest|capital|funds|money|dollar|usdt?$|notional|nominal|alloc|exposure|collateral|wager|spend|^(num|number|howmany|how|lots?|units?|shares?|contracts?|margin|bet|cost|sz)$/;

/** Values that say that the symbol is an option. */
const OPTION_VALUES: ReadonlySet<string> = new Set(words("call put option options opt ce pe"));

/** Values that speak of an order whatever their name is: the last are commands that are more than the order beside them. */
const ORDER_VALUES: ReadonlySet<string> = new Set([
  ...OPTION_VALUES,
  ...words(`
    oco mleg trailing iceberg twap vwap overflow flatplace reduceonly closeonly exitonly reverse reverseposition cancelreplace
    flatteneverything closeeverything canceleverything
    change update modify amend edit replace move changeorder updateorder modifyorder modifyposition editorder replaceorder
    updatesl updatetp updatestop updatestoploss updatetakeprofit modifysl modifytp modifystop movesl movestop movestoploss`),
]);

/** Values that say that nothing is to be traded. */
const NO_ORDERS: ReadonlySet<string> = new Set(words("hold wait notrade donothing skip"));

/**
 * Names of a report, which change no order whatever they say: as plainName has them, `#` for digits. They are read past in
 * silence; other names that nobody knows are listed in the answer.
 */
export const REPORT_NAMES: ReadonlySet<string> = new Set(words(`
  plot# riskreward rr risktoreward rewardrisk rratio tphit slhit tpcount slcount
  positioncount ordercount openorders opentrades closedtrades totaltrades wintrades losstrades
  premarpos premarpossize
  prevmarketposition prevmarketpositionsize prevposition prevpositionsize previousposition previouspositionsize prevside
  profitfactor profitamount profitratio exitreason triggertime triggeredat maxdrawdown netprofit grossprofit openprofit realizedprofit unrealizedprofit
  positionavgprice avgprice prevclose previousclose dailyclose bar.volume candle.volume
  volume#h volumema volumesma volumeratio avgvolume relativevolume volumechange
  changepercent percentchange pnlpercent winpercent
  takeprofit.type takeprofit.workingtype stoploss.workingtype tptriggerby sltriggerby triggerby tpslmode tpordertype slordertype`));

/** Names that change nothing beside a close, and are listed; beside another action they are an order of their own. */
export const NAMES_WITHOUT_USE_IN_A_CLOSE: ReadonlySet<string> = new Set(words(`
  exitprice exittype exittime cancel cancelall cancelorders cancelallorders cancelopenorders`));

/** Words of a name whose value is of another time, of somebody else's opinion or of another case: it is no order of now. */
const REPORTING_WORDS: ReadonlySet<string> = new Set(words(`
  prev previous last old from before entry trend bias htf mtf ltf filter regime momentum sentiment rating
  source src reason color colour pattern candle opposite sync on if when`));

/**
 * The name alone, as plainName has it: without the objects that it stands in and its places in lists. Names may hold brackets
 * as well: a run of them is looked at from its beginning only, or the work would grow with its square.
 */
const nameOf = (path: string): string => {
  const name = path.slice(path.lastIndexOf(".") + 1).replace(/(?<!\])(\[\d+\])+$/, "");
  return plainName(name.slice(name.lastIndexOf("]") + 1));
};

function isReport(path: string): boolean {
  const name = nameOf(path).replace(/(?<!\d)\d+$/, "");
  const inObject = path.split(".").slice(-2).map(plainName).join(".");
  return [name, `${name}#`, inObject].some((each) => REPORT_NAMES.has(each));
}

/** Whether one part of a path speaks of an order. */
function speaksOfOrder(part: string): boolean {
  const plain = plainName(part);
  return wordsOf(part).some((word) => ORDER_WORDS.has(word)) || ORDER_PARTS.test(plain) ||
    ORDER_BEGINNING.test(plain);
}

const isWrapper = (part: string): boolean =>
  WRAPPERS.has(part) || /^((order)?legs|orderlegcollection)$/.test(part);

/**
 * Tells whether a name speaks of an order: its own words, and those of the objects it stands in. An object is looked at
 * once, however many names stand in it: their own names may be long.
 */
function createNamesAnOrder(): (path: string) => boolean {
  const objects = new Map<string, boolean>();
  function objectSpeaks(part: string): boolean {
    const speaks = objects.get(part) ?? (!isWrapper(plainName(part)) && speaksOfOrder(part));
    objects.set(part, speaks);
    return speaks;
  }
  return (path) => {
    const parts = path.split(".");
    const name = parts.pop() ?? "";
    return speaksOfOrder(name) || parts.some(objectSpeaks);
  };
}

/** A multiplier of one or none, and the kind of margin that some send as the leverage. */
const NO_LEVERAGE = /^(x?[01](\.0+)?(x|:1)?|cross(ed)?|isolated)$/;

/** Whether a field asks for nothing. A multiplier of 1 changes nothing either. */
function asksForNothing(path: string, value: Value): boolean {
  if (isNothing(value)) return true;
  return /(multiplier|factor|leverage|lever)$/.test(nameOf(path)) && NO_LEVERAGE.test(plainText(value));
}

/** Whether a name's value is of another time, of another one, or of another case. */
const reportsAnother = (name: string): boolean => wordsOf(name).some((word) => REPORTING_WORDS.has(word));

/** What a word says that says to trade nothing. */
const NONE: ActionWord = { action: "mark" };

/** A word of an action that is nothing else as well: `BTC` is a coin, and `open` a bar's price. */
function actionIn(value: Value): ActionWord | undefined {
  const text = plainText(value);
  const word = ACTION_WORDS.get(text) ?? ACTION_WORDS.get(TYPED_ACTION_WORDS.get(text)?.action ?? "");
  return text.length > 3 || text === "buy" ? word : undefined;
}

/** Whether a value under a name that nobody knows is an action against the one that was read. */
function isAgainst(name: string, value: Value, fields: Fields): boolean {
  const [action, side] = [fields.get("action")?.value, fields.get("target.side")?.value];
  const word = NO_ORDERS.has(plainText(value)) ? NONE : actionIn(value);
  if (word === undefined || reportsAnother(name)) return false;
  const reduces = action === "sell" && side === "long" || action === "buy" && side === "short" ||
    side === "flat";
  const isOrder = action === "buy" || action === "sell" || action === undefined && side !== undefined;
  if (!isOrder || reduces) return false;
  if (word === NONE || word.action === "close" || word.action === "cancel") return true;
  if (word.action !== "buy" && word.action !== "sell") return false;
  // `long` and `short` are the side of a position as well, which an order may reduce.
  const isSide = /^(long|short)$/.test(plainText(value));
  const wanted = side ?? (isSide ? undefined : action === "buy" ? "long" : "short");
  return wanted !== undefined && wanted !== (word.action === "buy" ? "long" : "short");
}

/** Names and problems at most: a message of hundreds of fields is nobody's order. */
export const MOST_LISTED = 50;

/** A name as answers and lists show it. */
export const shown = (path: string): string => path.slice(0, 64);

/**
 * Sorts what stands under unknown names by whether it may change the order that the fields are.
 *
 * @returns `ignored`: names that change nothing, to be listed as the sender wrote them; `problems`: fields that may change the
 * order, each with what to send instead
 */
export function sortUnknown(leaves: readonly Leaf[], fields: Fields) {
  if (leaves.length === 0) return { ignored: [], problems: [] };
  const ignored = new Set<string>();
  const problems: Problem[] = [];
  const namesAnOrder = createNamesAnOrder();
  const isClose = fields.get("action")?.value === "close";
  const isOrder = (path: string, value: Value): boolean =>
    !(isClose && NAMES_WITHOUT_USE_IN_A_CLOSE.has(nameOf(path))) &&
    (namesAnOrder(path) || changesSize(nameOf(path), value, fields) ||
      speaksOfAnOrder(value, fields.get("symbol")?.value) ||
      isTypeOfOrder(value) && !isClose && !reportsAnother(path) ||
      !path.endsWith("]") && isAgainst(path, value, fields));
  for (const { path, value, send } of leaves) {
    if (send === undefined && isReport(path)) continue;
    const short = shown(path);
    const mayChange = send !== undefined || isOrder(path, value) && !asksForNothing(path, value);
    if (!mayChange && ignored.size < MOST_LISTED) ignored.add(short);
    if (!mayChange || problems.length >= MOST_LISTED) continue;
    const advice = send ?? adviceOf(short, value);
    const message = `is not understood and may change the order: ${advice}, or leave it out`;
    problems.push({ path: short, message, code: "unknown_field" });
  }
  return { ignored: [...ignored], problems };
}

/** An option's own symbol, which says all of it: `AAPL 240901C150`, `AAPL240901C00150000`. */
const OPTION_SYMBOL = /\d{6}[CP]\d/i;

/** Whether a value speaks of an order. That the symbol is an option is no news where it is one's own symbol. */
function speaksOfAnOrder(value: Value, symbol: Value | undefined): boolean {
  const text = plainText(value);
  // BitMEX joins what is to be done: `ReduceOnly,LastPrice`.
  if (!text.split(",").some((each) => ORDER_VALUES.has(each))) return false;
  return !(OPTION_VALUES.has(text) && typeof symbol === "string" && OPTION_SYMBOL.test(symbol));
}

/** A type of an order under an unknown name: a close may report by which it was left. */
function isTypeOfOrder(value: Value): boolean {
  const type = ORDER_TYPE_WORDS.get(plainText(value));
  return type !== undefined && type !== "market" && plainText(value) !== "sl";
}

const isTelling = (text: string): boolean =>
  ACTION_WORDS.has(text) || ORDER_VALUES.has(text) || NO_ORDERS.has(text);

function adviceOf(path: string, value: Value): string {
  const told = isTypeOfOrder(value) ? "order type" : plainText(value).split(",").find(isTelling) ?? "";
  const all = `${wordsOf(path).join(" ")} ${plainName(path)} ${told}`.trim();
  return ADVICE.find(([about]) => about.test(all))?.[1] ?? PLAIN_ADVICE;
}

const MOST_NAMES = 5;

/** Unread fields that hold a number, or another text: what a field that is missing may have been sent as. */
export const unreadNames = (leaves: readonly Leaf[], areNumbers: boolean): string[] =>
  leaves.filter(({ value }) => typeof value === "string" && (decimalIn(value) !== null) === areNumbers)
    .map(({ path }) => shown(path)).slice(0, MOST_NAMES);

/** Unread fields that may be the size: with one the sender leaves it to no default. */
export const unreadSizes = (leaves: readonly Leaf[]): Problem[] =>
  leaves.filter(({ path, value }) =>
    !isNothing(value) && SIZE_NAME.test(nameOf(path)) && decimalIn(value) !== null
  ).map(({ path }) => ({
    path: shown(path),
    message: "may be the size, which then is not the default: send it as quantity, or leave it out",
    code: "unknown_field",
  }));
