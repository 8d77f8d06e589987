/** The words senders use, as plainName has them, and ours for them. A word that is not here goes on as it is. */

type Side = "long" | "short";

/** An action, and the side of the position it speaks of, when it does. */
export type ActionWord = { action: string; side?: Side };

/**
 * `long` is a buy that never leaves a short position, `sell_to_close` a sell that never opens one, and so on (DESIGN 8:
 * a target side clamps). A close with a side (`exit_long`) acts on a position of that side only.
 */
export const ACTION_WORDS: ReadonlyMap<string, ActionWord> = new Map<string, ActionWord>([
  ["buy", { action: "buy" }],
  ["sell", { action: "sell" }],
  ["long", { action: "buy", side: "long" }],
  ["short", { action: "sell", side: "short" }],
  ["enterlong", { action: "buy", side: "long" }],
  ["entershort", { action: "sell", side: "short" }],
  ["openlong", { action: "buy", side: "long" }],
  ["openshort", { action: "sell", side: "short" }],
  ["buytoopen", { action: "buy", side: "long" }],
  ["selltoopen", { action: "sell", side: "short" }],
  ["sellshort", { action: "sell", side: "short" }],
  ["selltoclose", { action: "sell", side: "long" }],
  ["buytoclose", { action: "buy", side: "short" }],
  ["buytocover", { action: "buy", side: "short" }],
  ["close", { action: "close" }],
  ["closeposition", { action: "close" }],
  ["exit", { action: "close" }],
  ["exitall", { action: "close" }],
  ["closeall", { action: "close" }],
  ["flat", { action: "close" }],
  ["flatten", { action: "close" }],
  ["closelong", { action: "close", side: "long" }],
  ["exitlong", { action: "close", side: "long" }],
  ["closeshort", { action: "close", side: "short" }],
  ["exitshort", { action: "close", side: "short" }],
  ["cancel", { action: "cancel" }],
  ["cancelall", { action: "cancel" }],
  ["mark", { action: "mark" }],
  ["halt", { action: "halt" }],
  ["resume", { action: "resume" }],
]);

/** A position's side. */
export const SIDE_WORDS: ReadonlyMap<string, string> = new Map([
  ["long", "long"],
  ["bullish", "long"],
  ["short", "short"],
  ["bearish", "short"],
  ["flat", "flat"],
  ["none", "flat"],
]);

/** What a quantity counts. */
export const QUANTITY_TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ["units", "units"],
  ["fixedquantity", "units"],
  ["shares", "units"],
  ["contracts", "units"],
  ["base", "units"],
  ["notional", "notional"],
  ["dollaramount", "notional"],
  ["quote", "notional"],
  ["percentofequity", "percent_of_equity"],
  ["percentofposition", "percent_of_position"],
  ["positionpercent", "percent_of_position"],
  ["risknotional", "risk_notional"],
  ["riskdollaramount", "risk_notional"],
  ["riskpercent", "risk_percent"],
]);

export const ORDER_TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ["market", "market"],
  ["limit", "limit"],
  ["stop", "stop"],
  ["stopmarket", "stop"],
  ["stoplimit", "stop_limit"],
  ["trailingstop", "trailing_stop"],
]);

/** Fill-or-kill is immediate-or-cancel here: a paper fill is never partial. */
export const TIME_IN_FORCE_WORDS: ReadonlyMap<string, string> = new Map([
  ["gtc", "gtc"],
  ["day", "day"],
  ["ioc", "ioc"],
  ["fok", "ioc"],
]);
