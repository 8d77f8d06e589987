import type { Problem } from "../http/errors.ts";
import { tickerOf } from "../validators/names.ts";
import { at, decimalOf, textOf } from "./edit-fields.ts";
import type { Fields } from "./field-names.ts";

const PRICES = ["price", "limit_price", "stop_price", "open", "high", "low", "close"] as const;

/** The code of a price of 0 or below: the instrument may allow it. */
export const NONPOSITIVE = "invalid_price";

/**
 * Prices of 0 and below, but for the symbols that they are `allowed` for. A close at 0 is left to the booking: an option may
 * expire worthless, and whether this is a contract the instrument's terms tell.
 */
export function refuseNonpositive(fields: Fields, allowed: readonly string[]): Problem[] {
  const problems = nonpositivePrices(fields);
  return problems.length > 0 && isAllowed(fields, allowed) ? [] : problems;
}

function isAllowed(fields: Fields, allowed: readonly string[]): boolean {
  const symbol = textOf(fields.get("symbol")).toUpperCase();
  const exchange = textOf(fields.get("exchange")).toUpperCase();
  const names = [symbol, tickerOf(symbol), `${exchange}:${symbol}`];
  return allowed.some((name) => names.includes(name));
}

function nonpositivePrices(fields: Fields): Problem[] {
  return PRICES.flatMap((name) => {
    const field = fields.get(name);
    const value = decimalOf(field);
    if (field === undefined || value === null || value !== "0" && !value.startsWith("-")) return [];
    const isLeft = name === "price" && value === "0";
    if (isLeft && fields.get("action")?.value === "close") return [];
    const message = `must be more than 0${isLeft ? ": leave it out of a market order" : ""}`;
    return [{ ...at(name, field, message), code: NONPOSITIVE }];
  });
}
