/** The words senders use, as plainName has them, and ours for them. A word that is not here goes on as it is. */
import type { ACTIONS } from "../validators/canonical-alert.ts";
import type { FieldName } from "./field-names.ts";
import { words } from "./message.ts";

export type Side = "long" | "short";

function meaning<Is>(rows: readonly [is: Is, said: string][]): ReadonlyMap<string, Is> {
  return new Map(rows.flatMap(([is, said]) => words(said).map((word) => [word, is])));
}

/** An action, and the side of the position it speaks of, when it does; `isPart`: of a part of it, so that a size is needed. */
export type ActionWord = { action: Action; side?: Side; isPart?: true };

/** `enter` and `reverse` say what to do, and another field says to which side. */
type Action = typeof ACTIONS[number] | "enter" | "reverse";

/**
 * `long` is a buy that never leaves a short position, `sell_to_close` a sell that never opens one, and so on: a
 * target side clamps. A close with a side (`exit_long`) acts on a position of that side only.
 */
export const ACTION_WORDS = meaning<ActionWord>([
  [{ action: "buy" }, "buy b ordertypebuy positiontypebuy strongbuy"],
  [{ action: "sell" }, "sell s ordertypesell positiontypesell strongsell"],
  [
    { action: "buy", side: "long" },
    "long enterlong entrylong longopen longentry openlong golong buytoopen bto",
  ],
  [{ action: "sell", side: "short" }, "short entershort entryshort shortopen shortentry openshort goshort"],
  [{ action: "sell", side: "short" }, "selltoopen sellshort sshort sto"],
  [{ action: "close", side: "long" }, "longclose closealllong longexit closelong exitlong closebuy"],
  [{ action: "close", side: "short" }, "shortclose closeallshort shortexit closesell closeshort exitshort"],
  [{ action: "sell", side: "long" }, "selltoclose stc"],
  [{ action: "buy", side: "short" }, "buytoclose buytocover cover btc"],
  [{ action: "enter" }, "entry enter open add increase scalein"],
  [{ action: "reverse" }, "reverse flip"],
  [{ action: "close" }, "close closeposition exit exitall exitposition exittrade closetrade closeall"],
  [
    { action: "close" },
    "closelongshort marketclose closemarket closeatmarket closeatmarketprice flat flatten",
  ],
  [{ action: "close" }, "squareoff squareoffposition"],
  [{ action: "close", isPart: true }, "reduce reduceposition scaleout closepartial partialclose partialexit"],
  [{ action: "close", side: "long", isPart: true }, "partiallong reducelong"],
  [{ action: "close", side: "short", isPart: true }, "partialshort reduceshort"],
  [{ action: "modify" }, "modify modifyorder"],
  [{ action: "cancel" }, "cancel cancelall cancelorders cancelallorders"],
  [{ action: "mark" }, "mark"],
  [{ action: "halt" }, "halt"],
  [{ action: "resume" }, "resume"],
]);

type Typed = { action: string; type: string };

/** Words that say the action and the type of the order, as MetaTrader has them. A `long_stop` is not one: it left a position. */
export const TYPED_ACTION_WORDS: ReadonlyMap<string, Typed> = meaning<Typed>([
  ...["buy", "sell"].flatMap((action) =>
    ["market", "limit", "stop", "stoplimit"].map((type): [Typed, string] => [
      { action, type },
      `${action}${type} ${type}${action} ordertype${action}${type}`,
    ])
  ),
  ...["long", "short"].flatMap((action): [Typed, string][] => [
    [{ action, type: "market" }, `market${action} ocomarket${action}`],
    [{ action, type: "limit" }, `limit${action} ${action}limit`],
    [{ action, type: "stoplimit" }, `stoplimit${action}`],
    [{ action, type: "stop" }, `stopmarket${action}`],
  ]),
]);

export const SIDE_WORDS = meaning<string>([
  ["long", "long bullish"],
  ["short", "short bearish"],
  ["flat", "flat none"],
]);

/** What a quantity counts; `percent` is of the position in a close, else of equity. */
export const QUANTITY_TYPE_WORDS = meaning<string>([
  ["units", "units absolute fixed fixedqty fixedsize fixedquantity shares contracts contract qty coins"],
  ["units", "base baseccy basecoin"],
  ["notional", "notional dollaramount amountperposition quote quoteccy quotecoin cash usd usdt"],
  [
    "percent_of_equity",
    "percentofequity equitypercent percentbalance percentagebalance percentageinvestment",
  ],
  ["percent_of_position", "percentofposition positionpercent percentageposition"],
  ["risk_notional", "risknotional riskdollaramount riskperposition"],
  ["risk_percent", "riskpercent"],
  ["percent", "percent percents percentage pct %"],
]);

export const ORDER_TYPE_WORDS = meaning<string>([
  ["market", "market mkt marketorder"],
  ["limit", "limit lmt limitorder"],
  ["stop", "stop stp stopmarket slm stoplossmarket stoporder"],
  ["stop_limit", "stoplimit stoplmt stplmt sl stoplosslimit stoplimitorder"],
  ["trailing_stop", "trailingstop trailingstopmarket trail"],
  ["if_touched", "takeprofitmarket mit iftouched"],
]);

/** Fill-or-kill is immediate-or-cancel here: a paper fill is never partial. */
export const TIME_IN_FORCE_WORDS = meaning<string>([
  ["gtc", "gtc goodtillcancel goodtillcanceled goodtillcancelled"],
  ["day", "day"],
  ["ioc", "ioc immediateorcancel fok fillorkill"],
]);

/** What a flag says; another text is none. */
export const FLAG_WORDS = meaning<boolean>([
  [true, "true yes on 1"],
  [false, "false no off 0"],
]);

/** The words of fields that say one of a few things. */
export const WORDS_OF = new Map<FieldName, ReadonlyMap<string, string>>([
  ["target.side", SIDE_WORDS],
  ["quantity_type", QUANTITY_TYPE_WORDS],
  ["order_type", ORDER_TYPE_WORDS],
  ["stop_loss.type", ORDER_TYPE_WORDS],
  ["time_in_force", TIME_IN_FORCE_WORDS],
]);

/** Kinds of markets and of trading: senders write them where others write a side or a type, and they change no order here. */
export const KINDS: ReadonlySet<string> = new Set(words(
  `spot margin cash future futures perp perpetual swap linear stock stocks equity crypto forex fx cfd index normal
   simple single regular netting auto automatic manual bot intraday delivery swing scalp scalping`,
));
