import * as z from "zod";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { decimal, line, time } from "../validators/fields.ts";
import { account, defineTool, instrument } from "./tool.ts";

const { shape } = alertFieldsSchema;

export const recordCash = defineTool({
  description:
    "Books what holding earned or cost as profit or loss: a dividend, funding, interest, a fee or a correction. Each call " +
    "books once more: it has no id to be repeated by.",
  scope: "change",
  keeps: true,
  schema: z.strictObject({
    account,
    kind: z.enum(["dividend", "funding", "interest", "fee", "correction"]),
    amount: decimal("signed").refine((amount) => amount !== null, "is missing: say how much").describe(
      "Money in the account's currency: above 0 was received, below 0 paid.",
    ),
    symbol: shape.symbol.describe("What it came of, as list_positions shows it; left out: of none."),
    strategy: shape.strategy.describe("Whose result it is; left out: of alerts that name no strategy."),
    note: line.describe("For people; kept."),
    at: time.describe("When it came, ISO 8601; left out: now."),
  }).meta({ required: ["kind", "amount"] }),
  run: ({ kind, amount, symbol, strategy, note, at }, { rpc, account }) =>
    rpc("record_cash", { account, kind, amount: amount ?? "", symbol, strategy, note, at }),
});

const units = (example: string) =>
  decimal("positive").describe(`Such as ${example} in a split of ten for one; at most 100000.`);

export const split = defineTool({
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
});
