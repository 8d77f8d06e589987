/** What tells that a name or value may change an order, and what to send instead: data of unknown.ts. */

import { words } from "./message.ts";

/** Words of an order: a name that has one among its words may change what is traded. */
export const ORDER_WORDS: ReadonlySet<string> = new Set(words(`
  side qty quantity size sizing amount volume vol lot lots contract contracts share shares unit units
  percent percentage pct perc portion fraction partial factor max
  risk tp tps sl stop stops trail trailing profit target targets limit trigger offset offsets entries
  close exit flatten squareoff reduce reverse hedge cancel require
  option options strike strikes expiry expiration expire expires right dte delta
  leg legs pip pips point points ticks oco bracket breakeven multiplier takeprofit stoploss ordertype callput`));

/** Long enough to be found inside of words written together, as in `MYTAKEPROFITPRICE`. */
export const ORDER_PARTS =
  /quantity|amount|volume|contract|percent|profit|stoploss|trail|target|limit|trigger|reduce|reverse|hedge|option|strike|expir|ordertype|breakeven|squareoff|trading?side|ordersize|lotsize|position(side|size|idx|effect)|preventpyramiding|samedirection/;

/** `tp1`, `slprice`, `tppips`: short words, at the beginning only. */
export const ORDER_BEGINNING =
  /^(tp|sl|qty|leg)(\d|price|pips?|points?|ticks?|pct|percent|amount|value|level|type|trigger)/;

/** A name that may hold the size, as plainName has it, whatever else it may be: beside it no default size is taken. */
export const SIZE_NAME =
  /siz(e|ing)|qty|quantit|amount|stake|invest|capital|funds|money|dollar|usdt?$|notional|nominal|alloc|exposure|collateral|wager|spend|^(num|number|howmany|how|lots?|units?|shares?|contracts?|margin|bet|cost|sz)$/;

/** Values that say that the symbol is an option. */
export const OPTION_VALUES: ReadonlySet<string> = new Set(words("call put option options opt ce pe"));

/** Values that speak of an order whatever their name is: the last are commands that are more than the order beside them. */
export const ORDER_VALUES: ReadonlySet<string> = new Set([
  ...OPTION_VALUES,
  ...words(`
    oco mleg trailing iceberg twap vwap overflow flatplace reduceonly closeonly exitonly reverse reverseposition cancelreplace
    flatteneverything closeeverything canceleverything
    change update modify amend edit replace move changeorder updateorder modifyorder modifyposition editorder replaceorder
    updatesl updatetp updatestop updatestoploss updatetakeprofit modifysl modifytp modifystop movesl movestop movestoploss`),
]);

/** Values that say that nothing is to be traded. */
export const NO_ORDERS: ReadonlySet<string> = new Set(words("hold wait notrade donothing skip"));

/**
 * What to send in place of a field that is not understood, by what its name speaks of: looked for among the name's words and
 * in the name written together. Short words count alone only: `currentPosition` speaks of no `tp`.
 */
export const ADVICE: readonly [about: RegExp, advice: string][] = [
  [/^orders /, "send each order as an alert of its own, in one JSON array"],
  [
    /option|strike|expir|contract month|\b(dte|right|call|put|opt|ce|pe)\b/,
    'send the contract\'s own symbol, such as "AAPL 240901C150"',
  ],
  [/^contract contract$|\bcontract (id|code|name)\b/, "send the contract's own symbol as symbol"],
  [/\b(leverage|lever)$/, "send the size of the whole position"],
  [/\bcurrency$/, "send quote_quantity where it is money, else quantity"],
  [/\bslippage/, "an order fills at the price that it meets: send limit_price for a limit"],
  [/break ?even/, "a stop stays where it is: send stop_loss, and move it by an alert of its own"],
  [/\bclose side\b/, "send close_side long or short"],
  [/\blegs?\b|orderleg/, "an alert trades one contract: send its own symbol"],
  [
    /\b(pip|point|tick)s?\b/,
    "send a price, or the distance in money as stop_loss.amount or take_profit.amount",
  ],
  [
    /\b(oco|bracket|mleg)\b/,
    "send an order with take_profit and stop_loss, or each order as an alert of its own",
  ],
  [
    /\b(change|update|modify|amend|edit|replace|move)/,
    'send "action": "modify" with the new stop_loss, take_profit or prices, as an alert of its own',
  ],
  [/everything$/, "send a close, or a cancel, for each symbol as an alert of its own"],
  [/\bcancel/, "send a cancel as an alert of its own, before this one"],
  [/\btrail|trailing/, "send stop_loss.trail_percent or stop_loss.trail_amount"],
  [/\brisk\b/, 'send quantity with "quantity_type": "risk_percent" and a stop_loss'],
  [
    /\b(tp|takeprofit|target)s?\b|profit/,
    "send take_profit as a price, take_profit.percent or take_profit.amount",
  ],
  [/\b(sl|stop)s?\b|stoploss/, "send stop_loss as a price, stop_loss.percent or stop_loss.amount"],
  [/\boffset/, "send the price itself, or action close"],
  [/limit|trigger|\bentries\b|ordertype|order type/, "send order_type with limit_price or stop_price"],
  [/\b(require|max)\b/, "an alert is booked whatever is held: send the position wanted as position_size"],
  [
    /quantity|amount|volume|contract|percent|ordersize|lotsize|\b(qty|size|sizing|vol|lot|share|unit|pct|perc|portion|fraction|partial|factor|multiplier)s?\b/,
    "send quantity and quantity_type",
  ],
  [/\b(hold|wait|notrade|donothing|skip)$/, "what does not trade is no alert: leave it unsent"],
  [/(reduceonly|closeonly|exitonly)$/, "send reduce_only, or action close"],
  [
    /(buy|sell|long|short|flat)$|close|exit|reduce|reverse|flatten|flatplace|position|pyramid|direction|hedge|\b(side|squareoff)\b/,
    "send action, or the position wanted as position_size",
  ],
];

/** What to send when a name says nothing more of it. */
export const PLAIN_ADVICE = "say it by action, quantity, order_type and the order's prices";
