/** The words senders use, as plainName has them, and ours for them. A word that is not here goes on as it is. */

type Side = "long" | "short";

/** An action, and the side of the position it speaks of, when it does; `isPart`: of a part of it, so that a size is needed. */
export type ActionWord = { action: Action; side?: Side; isPart?: true };

/** `enter` and `reverse` say what to do, and another field says to which side. */
export type Action =
  | "buy"
  | "sell"
  | "close"
  | "modify"
  | "cancel"
  | "mark"
  | "halt"
  | "resume"
  | "enter"
  | "reverse";

/**
 * `long` is a buy that never leaves a short position, `sell_to_close` a sell that never opens one, and so on: a
 * target side clamps. A close with a side (`exit_long`) acts on a position of that side only.
 */
export const ACTION_WORDS: ReadonlyMap<string, ActionWord> = new Map<string, ActionWord>([
  ["buy", { action: "buy" }],
  ["sell", { action: "sell" }],
  ["long", { action: "buy", side: "long" }],
  ["short", { action: "sell", side: "short" }],
  ["enterlong", { action: "buy", side: "long" }],
  ["entershort", { action: "sell", side: "short" }],
  ["entrylong", { action: "buy", side: "long" }],
  ["entryshort", { action: "sell", side: "short" }],
  ["longopen", { action: "buy", side: "long" }],
  ["shortopen", { action: "sell", side: "short" }],
  ["longclose", { action: "close", side: "long" }],
  ["shortclose", { action: "close", side: "short" }],
  ["closealllong", { action: "close", side: "long" }],
  ["closeallshort", { action: "close", side: "short" }],
  ["longentry", { action: "buy", side: "long" }],
  ["shortentry", { action: "sell", side: "short" }],
  ["longexit", { action: "close", side: "long" }],
  ["shortexit", { action: "close", side: "short" }],
  ["openlong", { action: "buy", side: "long" }],
  ["openshort", { action: "sell", side: "short" }],
  ["buytoopen", { action: "buy", side: "long" }],
  ["selltoopen", { action: "sell", side: "short" }],
  ["sellshort", { action: "sell", side: "short" }],
  ["selltoclose", { action: "sell", side: "long" }],
  ["buytoclose", { action: "buy", side: "short" }],
  ["buytocover", { action: "buy", side: "short" }],
  ["cover", { action: "buy", side: "short" }],
  ["bto", { action: "buy", side: "long" }],
  ["sto", { action: "sell", side: "short" }],
  ["stc", { action: "sell", side: "long" }],
  ["btc", { action: "buy", side: "short" }],
  ["b", { action: "buy" }],
  ["s", { action: "sell" }],
  ["ordertypebuy", { action: "buy" }],
  ["ordertypesell", { action: "sell" }],
  ["positiontypebuy", { action: "buy" }],
  ["positiontypesell", { action: "sell" }],
  ["strongbuy", { action: "buy" }],
  ["strongsell", { action: "sell" }],
  ["golong", { action: "buy", side: "long" }],
  ["goshort", { action: "sell", side: "short" }],
  ["entry", { action: "enter" }],
  ["enter", { action: "enter" }],
  ["open", { action: "enter" }],
  ["add", { action: "enter" }],
  ["increase", { action: "enter" }],
  ["scalein", { action: "enter" }],
  ["reverse", { action: "reverse" }],
  ["flip", { action: "reverse" }],
  ["close", { action: "close" }],
  ["closeposition", { action: "close" }],
  ["exit", { action: "close" }],
  ["exitall", { action: "close" }],
  ["exitposition", { action: "close" }],
  ["exittrade", { action: "close" }],
  ["closetrade", { action: "close" }],
  ["closeall", { action: "close" }],
  ["closelongshort", { action: "close" }],
  ["marketclose", { action: "close" }],
  ["flat", { action: "close" }],
  ["flatten", { action: "close" }],
  ["closemarket", { action: "close" }],
  ["closeatmarket", { action: "close" }],
  ["closeatmarketprice", { action: "close" }],
  ["squareoff", { action: "close" }],
  ["squareoffposition", { action: "close" }],
  ["reduce", { action: "close", isPart: true }],
  ["reduceposition", { action: "close", isPart: true }],
  ["scaleout", { action: "close", isPart: true }],
  ["closepartial", { action: "close", isPart: true }],
  ["partialclose", { action: "close", isPart: true }],
  ["partialexit", { action: "close", isPart: true }],
  ["partiallong", { action: "close", side: "long", isPart: true }],
  ["partialshort", { action: "close", side: "short", isPart: true }],
  ["reducelong", { action: "close", side: "long", isPart: true }],
  ["reduceshort", { action: "close", side: "short", isPart: true }],
  ["closelong", { action: "close", side: "long" }],
  ["exitlong", { action: "close", side: "long" }],
  ["closebuy", { action: "close", side: "long" }],
  ["closesell", { action: "close", side: "short" }],
  ["closeshort", { action: "close", side: "short" }],
  ["exitshort", { action: "close", side: "short" }],
  ["modify", { action: "modify" }],
  ["modifyorder", { action: "modify" }],
  ["cancel", { action: "cancel" }],
  ["cancelall", { action: "cancel" }],
  ["cancelorders", { action: "cancel" }],
  ["cancelallorders", { action: "cancel" }],
  ["mark", { action: "mark" }],
  ["halt", { action: "halt" }],
  ["resume", { action: "resume" }],
]);

/** Words that say the action and the type of the order, as MetaTrader has them. A `long_stop` is not one: it left a position. */
export const TYPED_ACTION_WORDS: ReadonlyMap<string, { action: string; type: string }> = new Map([
  ...["buy", "sell"].flatMap((action) =>
    ["market", "limit", "stop", "stoplimit"].flatMap((type) =>
      [`${action}${type}`, `${type}${action}`, `ordertype${action}${type}`].map(
        (word): [string, { action: string; type: string }] => [word, { action, type }],
      )
    )
  ),
  ...["long", "short"].flatMap((action) => [
    ...["market", "limit", "stoplimit"].map((type): [string, { action: string; type: string }] => [
      `${type}${action}`,
      { action, type },
    ]),
    [`stopmarket${action}`, { action, type: "stop" }] as const,
    [`ocomarket${action}`, { action, type: "market" }] as const,
  ]),
  ["longlimit", { action: "long", type: "limit" }],
  ["shortlimit", { action: "short", type: "limit" }],
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

/** What a quantity counts; `percent` is of the position in a close, else of equity. */
export const QUANTITY_TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ["units", "units"],
  ["absolute", "units"],
  ["fixed", "units"],
  ["fixedqty", "units"],
  ["fixedsize", "units"],
  ["fixedquantity", "units"],
  ["shares", "units"],
  ["contracts", "units"],
  ["contract", "units"],
  ["qty", "units"],
  ["coins", "units"],
  ["base", "units"],
  ["baseccy", "units"],
  ["basecoin", "units"],
  ["notional", "notional"],
  ["dollaramount", "notional"],
  ["quote", "notional"],
  ["quoteccy", "notional"],
  ["quotecoin", "notional"],
  ["cash", "notional"],
  ["usd", "notional"],
  ["usdt", "notional"],
  ["percentofequity", "percent_of_equity"],
  ["equitypercent", "percent_of_equity"],
  ["percentagebalance", "percent_of_equity"],
  ["percentbalance", "percent_of_equity"],
  ["percentageinvestment", "percent_of_equity"],
  ["percentofposition", "percent_of_position"],
  ["positionpercent", "percent_of_position"],
  ["percentageposition", "percent_of_position"],
  ["risknotional", "risk_notional"],
  ["riskdollaramount", "risk_notional"],
  ["riskpercent", "risk_percent"],
  ["percent", "percent"],
  ["percents", "percent"],
  ["percentage", "percent"],
  ["pct", "percent"],
  ["%", "percent"],
]);

export const ORDER_TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ["market", "market"],
  ["mkt", "market"],
  ["limit", "limit"],
  ["lmt", "limit"],
  ["stop", "stop"],
  ["stp", "stop"],
  ["stopmarket", "stop"],
  ["slm", "stop"],
  ["stoplossmarket", "stop"],
  ["stoplimit", "stop_limit"],
  ["stoplmt", "stop_limit"],
  ["stplmt", "stop_limit"],
  ["sl", "stop_limit"],
  ["stoplosslimit", "stop_limit"],
  ["trailingstop", "trailing_stop"],
  ["trailingstopmarket", "trailing_stop"],
]);

/** Fill-or-kill is immediate-or-cancel here: a paper fill is never partial. */
export const TIME_IN_FORCE_WORDS: ReadonlyMap<string, string> = new Map([
  ["gtc", "gtc"],
  ["goodtillcancel", "gtc"],
  ["goodtillcanceled", "gtc"],
  ["goodtillcancelled", "gtc"],
  ["day", "day"],
  ["ioc", "ioc"],
  ["immediateorcancel", "ioc"],
  ["fok", "ioc"],
  ["fillorkill", "ioc"],
]);

/** What a flag says; another text is none. */
export const FLAG_WORDS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false],
]);

/** Kinds of markets and of trading: senders write them where others write a side or a type, and they change no order here. */
export const KINDS: ReadonlySet<string> = new Set(
  `spot margin cash future futures perp perpetual swap linear stock stocks equity crypto forex fx cfd index normal
   simple single regular auto automatic manual bot intraday delivery swing scalp scalping`.split(/\s+/),
);
