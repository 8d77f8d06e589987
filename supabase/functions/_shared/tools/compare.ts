import * as z from "zod";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { integer, word } from "../validators/fields.ts";
import { namedAccount, tickerOf } from "../validators/names.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { account, defineTool } from "./tool.ts";

const { shape } = alertFieldsSchema;
const { from, to } = portfolioQuerySchema.shape;

/** Orders that the answer lists at most; the RPC compare_orders has pages. */
const MOST_ORDERS = 1_000;

export const compareAccounts = defineTool({
  description:
    "Compares an account with a baseline, such as an imported backtest: figures (matched, late, refused, missed and extra " +
    "alerts, and what the drift cost), orders (each pair, newest first, at most 1000), curve (what both made).",
  // It reads two accounts: no key of one account may.
  scope: "everywhere",
  reads: true,
  schema: z.strictObject({
    account,
    baseline: namedAccount("baseline account").describe("The account that holds what should have happened."),
    from,
    to,
    strategy: shape.strategy.describe(
      "The account's strategy; left out: those that the baseline names, if the account has one, or all.",
    ),
    symbol: shape.symbol.describe("The instrument; left out: all of the baseline."),
    status: word(["matched", "late", "refused", "missed", "extra"], "a status").describe(
      "Which of the orders are listed; left out: all.",
    ),
    match_seconds: integer(1, 604_800, "seconds").describe(
      "How late an alert may be and still be that of an order; left out: an hour, or the time between two orders of the baseline if that is more.",
    ),
    late_seconds: integer(0, 604_800, "seconds").describe("Later than this, it is late; left out: 60."),
  }).meta({ required: ["baseline"] }),
  async run({ baseline, from, to, strategy, symbol, status, match_seconds, late_seconds }, { rpc, account }) {
    const range = {
      account,
      baseline: baseline ?? "",
      from_time: from,
      to_time: to,
      only_strategy: strategy,
    };
    const about = { ...range, only_symbol: symbol === null ? null : tickerOf(symbol) };
    const matching = { match_seconds, late_seconds };
    const [figures, orders, curve] = await Promise.all([
      rpc("compare_accounts", { ...about, ...matching }),
      rpc("compare_orders", { ...about, ...matching, only_status: status, limit: MOST_ORDERS }),
      rpc("compare_curve", about),
    ]);
    return { figures, orders, curve };
  },
});
