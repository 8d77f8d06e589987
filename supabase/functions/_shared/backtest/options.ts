import * as z from "zod";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { decimal, text } from "../validators/fields.ts";
import { currency, namedAccount, ownerId } from "../validators/names.ts";
import { COMMISSION_MESSAGE, readCommission } from "./commission.ts";

const { shape } = alertFieldsSchema;

/** The symbol of a backtest that was given none. */
export const NO_SYMBOL = "BACKTEST";

/** What is said about an import, by the command line and the tool alike; what is left out is null. */
export const importOptions = z.strictObject({
  account: namedAccount("baseline account").describe(
    "The baseline account; it is made when it is not there.",
  ),
  symbol: shape.symbol.describe(
    `The instrument, like a live account's list_positions shows it; left out: ${NO_SYMBOL}.`,
  ),
  strategy: shape.strategy.describe("Whose orders they are; left out: of no name."),
  time_zone: text(/^[A-Za-z0-9_+/-]{1,64}$/, "must be an IANA name, like America/New_York").describe(
    "Of the chart, whose times the file has; left out: UTC.",
  ),
  commission: text(/^.{1,64}$/, COMMISSION_MESSAGE).transform((written, context) => {
    if (written === null) return null;
    const fees = readCommission(written);
    if (fees === null) context.issues.push({ code: "custom", message: COMMISSION_MESSAGE, input: undefined });
    return fees;
  }).describe(
    'As in the strategy\'s properties: "0.05%", "0.02 per contract" or "1 per order"; left out: none.',
  ),
  capital: decimal("unsigned").describe("Money that the account begins with; left out: 1000000."),
  currency: currency.describe("Of the account; left out: that of the file's profits, else USD."),
  owner_id: ownerId,
});

export type ImportOptions = z.output<typeof importOptions>;
