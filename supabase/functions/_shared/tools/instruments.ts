import * as z from "zod";
import { decimal } from "../validators/fields.ts";
import { currency, tickerOf } from "../validators/names.ts";
import { defineTool, instrument } from "./tool.ts";

const ticker = instrument.transform((symbol) => tickerOf(symbol ?? ""));

export const upsertInstrument = defineTool({
  description:
    "Writes the terms of an instrument, all of them: multiplier (money per unit and point of price), lot size, tick " +
    "size, whether its price may be 0 or below, the currency of its prices, and other names that alerts may use for " +
    "it. Multiplier and currency of one that is held cannot change.",
  scope: "everywhere",
  repeatable: true,
  schema: z.strictObject({
    symbol: ticker.describe("The instrument, with or without its exchange: alerts are booked without it."),
    multiplier: decimal("positive").describe("Money per unit and point; left out: 1."),
    lot_size: decimal("positive").describe("Quantities are whole multiples of it; left out: any."),
    tick_size: decimal("positive").describe(
      "Prices of resting orders are whole multiples of it; left out: any.",
    ),
    allow_nonpositive: z.boolean().default(false).describe(
      "Whether its price may be 0 or below: of spreads, and options that expire worthless.",
    ),
    quote_currency: currency.describe(
      "Currency of its prices and profits: JPY for USDJPY. An account in another one needs a mark of the pair; left out: " +
        "the account's own.",
    ),
    aliases: z.array(ticker).max(100).default([]).describe("Other names under which alerts may call it."),
  }),
  run: (terms, { rpc }) => rpc("upsert_instrument", terms),
});
