import * as z from "zod";
import { decimal } from "../validators/fields.ts";
import { currency, tickerOf } from "../validators/names.ts";
import { defineTool, instrument } from "./tool.ts";

const ticker = instrument.transform((symbol) => tickerOf(symbol ?? ""));

const units = (example: string) =>
  decimal("positive").describe(`Such as ${example} in a split of ten for one; at most 100000.`);

export const instrumentTools = {
  upsert_instrument: defineTool({
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
  }),

  split: defineTool({
    description:
      "Books a split of an instrument, now, in every account that knows it: units and prices of positions, resting orders " +
      "and marks. Values, costs and profits stay. Answers the accounts.",
    scope: "everywhere",
    schema: z.strictObject({
      symbol: instrument.describe("The instrument, as list_positions shows it."),
      new_units: units("10").refine((count) => count !== null, "is missing: say how many there are now"),
      old_units: units("1").describe("How many they were before; left out: 1."),
    }).meta({ required: ["symbol", "new_units"] }),
    run: ({ symbol, new_units, old_units }, { rpc }) =>
      rpc("split", { symbol: symbol ?? "", new_units: new_units ?? "", old_units }),
  }),
};
