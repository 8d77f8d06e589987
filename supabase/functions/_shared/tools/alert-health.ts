import * as z from "zod";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { integer, time, word } from "../validators/fields.ts";
import { tickerOf } from "../validators/names.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { account, defineTool } from "./tool.ts";

const { shape } = alertFieldsSchema;

/** Rows that a list of the answer has at most; the RPCs have pages. */
const MOST_ROWS = 1_000;

export const alertHealth = defineTool({
  description:
    "Says whether every alert came, and how long each was on its way: strategies (silence, missed alerts, repairs and their " +
    "cost, duplicates, refusals by code), gaps (one by one), latency and hours (percentiles), late (one by one, newest first).",
  scope: "account",
  schema: z.strictObject({
    account,
    from: time.describe("Since when, ISO 8601; left out: since 30 days ago."),
    to: portfolioQuerySchema.shape.to,
    strategy: shape.strategy.describe("Whose gaps and latency; left out: all."),
    symbol: shape.symbol.describe("The instrument of the gaps and of the latency; left out: all."),
    status: word(["missed", "refused", "reordered", "moved", "cut", "first"], "a status").describe(
      "Which gaps are listed; left out: all.",
    ),
    intervals: integer(1, 1_000, "intervals").describe(
      "A strategy is silent after so many of its own intervals; left out: 3.",
    ),
    late_seconds: integer(0, 604_800, "seconds").describe(
      "On its way for longer, an alert is late; left out: 10.",
    ),
  }),
  async run({ from, to, strategy, symbol, status, intervals, late_seconds }, { rpc, account }) {
    const range = { account, from_time: from, to_time: to };
    const about = {
      ...range,
      only_strategy: strategy,
      only_symbol: symbol === null ? null : tickerOf(symbol),
    };
    const [strategies, gaps, latency, hours, late] = await Promise.all([
      rpc("alert_health", { ...range, intervals }),
      rpc("list_alert_gaps", { ...about, only_status: status, limit: MOST_ROWS }),
      rpc("alert_latency", { ...about, late_seconds }),
      rpc("alert_latency", { ...about, late_seconds, by: "hour" }),
      rpc("late_alerts", { ...about, late_seconds, limit: MOST_ROWS }),
    ]);
    return { strategies, gaps, latency, hours, late };
  },
});
