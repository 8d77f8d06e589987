import { decimalIn } from "../validators/decimal.ts";
import type { FieldName } from "./field-names.ts";
import { plainName, type Value, words } from "./message.ts";

/** Thousands with a point behind. In `1,234` the comma may be a decimal's, and `190,195,200` may be three prices. */
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+\.\d+$/;
/** Several commas in a size part thousands: of sizes nobody sends a list. */
const THOUSANDS_OF_SIZE = /^[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}$/;
const CODES = "(?:USD[TC]?|EUR|GBP|JPY|CHF|INR|KRW)";
const CURRENCY = new RegExp(`^(?:[$€£¥₹]|${CODES}\\b) *| *(?:[$€£¥₹]|\\b${CODES})$`, "i");
const CODE = new RegExp(`^[€£₹]|[€£₹]$|^${CODES}\\b|\\b${CODES}$`, "i");
const SIGNS = new Map([["€", "EUR"], ["£", "GBP"], ["₹", "INR"]]);
const DOLLARS = /^\$ *| *(?:\$|\bUSD[TC]?)$/i;

/** Currencies that end a pair's symbol. */
const QUOTES =
  "(?:FD|[BT])?USD[TC]?|EUR|GBP|JPY|CHF|INR|KRW|AUD|CAD|NZD|TRY|BRL|SEK|NOK|DKK|PLN|MXN|SGD|HKD|ZAR|CN[HY]";
const BEHIND_A_COIN = new RegExp(`^\\W?(?:${QUOTES}|BTC|ETH|BNB|DAI|PERP|SWAP)`, "i");
const PAIR = new RegExp(`^[A-Z0-9]{2,}?[-_/]?(${QUOTES})(?:\\.P|[-_]?(?:PERP|SWAP))?$`, "i");

/** Whether a symbol is a coin's: `btc` of `BTCUSDT` and `BTC/USDT:USDT`, but not `eth` of `ETHWUSDT`. */
export const isCoinOf = (symbol: string, coin: string): boolean =>
  coin.length > 2 &&
  symbol.split(":").map(plainName).some((part) =>
    part.startsWith(coin) && BEHIND_A_COIN.test(part.slice(coin.length))
  );

/** A currency by its code or sign. Dollars of any kind are one, and their sign is that of many. */
const currencyOf = (code: string): string =>
  /USD/i.test(code) ? "USD" : SIGNS.get(code) ?? code.toUpperCase();

/** Whether an amount names another currency than its pair is quoted in: it would be read as one in that. */
export function isInOtherCurrency(amount: string, symbol: string): boolean {
  const said = CODE.exec(amount.trim())?.[0];
  const quoted = symbol.split(":").map((part) => PAIR.exec(part)?.[1]).find((code) => code !== undefined);
  return said !== undefined && quoted !== undefined && currencyOf(said) !== currencyOf(quoted);
}

const withoutCommas = (text: string): string => THOUSANDS.test(text) ? text.replaceAll(",", "") : text;
const sizeIn = (text: string): string =>
  THOUSANDS_OF_SIZE.test(text) ? text.replaceAll(",", "") : withoutCommas(text);

const priceIn = (text: string): string => withoutCommas(text.replace(CURRENCY, ""));

/**
 * What can be taken from the numbers of fields since it says nothing more: of a price its currency, and from under a name of
 * money its dollars. Of an exit a sign may say that it is a distance in money, and of a size in whose currency it counts:
 * there it stays, and is refused.
 */
export const PLAIN_NUMBERS: ReadonlyMap<FieldName, (text: string) => string> = new Map(([
  ["price order_price limit_price stop_price open high low close", priceIn],
  ["quote_quantity risk_notional", (text) => sizeIn(text.replace(DOLLARS, ""))],
  ["quantity target.quantity position_size", sizeIn],
  [
    "stop take_profit.limit_price take_profit.amount stop_loss.stop_price stop_loss.limit_price stop_loss.amount",
    withoutCommas,
  ],
] satisfies [string, (text: string) => string][]).flatMap(([names, plain]) =>
  words(names).map((name) => [name as FieldName, plain] as const)
));

/** The decimal of a number that may be written as a price. */
export const numberIn = (value: Value): string | null =>
  decimalIn(value) ??
    (typeof value === "string" && /\d/.test(value) ? decimalIn(priceIn(value.trim())) : null);
