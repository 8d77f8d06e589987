import * as z from "zod";
import { importOptions } from "../backtest/options.ts";
import { HttpError } from "../http/errors.ts";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { integer, time, word } from "../validators/fields.ts";
import { namedAccount, tickerOf } from "../validators/names.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { importBacktest } from "./import-backtest.ts";
import { account, defineTool } from "./tool.ts";

const { shape } = alertFieldsSchema;
const { from, to } = portfolioQuerySchema.shape;

/** Rows that a list of the answer has at most; the RPCs have pages. */
const MOST_ROWS = 1_000;

/** Of which orders, alerts or trades, as the RPCs are asked. */
const only = (strategy: string | null, symbol: string | null) => ({
  only_strategy: strategy,
  only_symbol: symbol === null ? null : tickerOf(symbol),
});

/** A year of 15-minute trades is 1.3 MB. */
const LARGEST_BODY = 8_000_000;

/** The file's bytes: CSV is sent as it is; a workbook, a ZIP archive, begins so in base64. */
function bytesOf(file: string): Uint8Array {
  if (!file.startsWith("UEsDB")) return new TextEncoder().encode(file);
  try {
    return Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
  } catch {
    const message = "the file begins like a workbook in base64, and is not base64";
    throw new HttpError(400, "unreadable_file", message);
  }
}

export const checkTools = {
  verify_account: defineTool({
    description:
      "Rebuilds an account from its ledger and answers every difference to what is stored: [] when all is right.",
    scope: "account",
    schema: z.strictObject({ account }),
    run: (_, { rpc, account }) => rpc("verify_account", { account }),
  }),

  alert_health: defineTool({
    description:
      "Says whether every alert came, and how long each was on its way: strategies (silence, missed alerts, repairs and their " +
      "cost, duplicates, refusals by code), gaps (one by one), latency and hours (percentiles), late (one by one, newest first).",
    scope: "account",
    schema: z.strictObject({
      account,
      from: time.describe("Since when, ISO 8601; left out: since 30 days ago."),
      to,
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
      const about = { ...range, ...only(strategy, symbol) };
      const [strategies, gaps, latency, hours, late] = await Promise.all([
        rpc("alert_health", { ...range, intervals }),
        rpc("list_alert_gaps", { ...about, only_status: status, limit: MOST_ROWS }),
        rpc("alert_latency", { ...about, late_seconds }),
        rpc("alert_latency", { ...about, late_seconds, by: "hour" }),
        rpc("late_alerts", { ...about, late_seconds, limit: MOST_ROWS }),
      ]);
      return { strategies, gaps, latency, hours, late };
    },
  }),

  import_backtest: defineTool({
    description:
      "Imports TradingView's List of trades into a baseline account, by the times of its orders, each exactly once, and says " +
      "whether its profit is the file's. Where `next` is not null, time ran out: call again with it as `from`.",
    scope: "change",
    keeps: true,
    repeatable: true,
    bodyLimit: LARGEST_BODY,
    schema: importOptions.extend({
      file: z.string("is missing: the export").min(1, "is empty").describe(
        "The export: CSV as text, or XLSX in base64.",
      ),
      from: z.int().min(1).nullish().transform((order) => order ?? 1).describe(
        "The order to go on with; left out: the first.",
      ),
    }).meta({ required: ["account", "file"] }),
    async run({ file, from, ...options }, call) {
      return await importBacktest({ ...await call.readImport(bytesOf(file), options), from }, call);
    },
  }),

  compare_accounts: defineTool({
    description:
      "Compares an account with a baseline, such as an imported backtest: figures (matched, late, refused, missed and extra " +
      "alerts, and what the drift cost), orders (each pair, newest first, at most 1000), curve (what both made).",
    // It reads two accounts: no key of one account may.
    scope: "everywhere",
    reads: true,
    schema: z.strictObject({
      account,
      baseline: namedAccount("baseline account").describe(
        "The account that holds what should have happened.",
      ),
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
    async run(
      { baseline, from, to, strategy, symbol, status, match_seconds, late_seconds },
      { rpc, account },
    ) {
      const range = { account, baseline: baseline ?? "", from_time: from, to_time: to };
      const about = { ...range, ...only(strategy, symbol) };
      const matching = { match_seconds, late_seconds };
      const [figures, orders, curve] = await Promise.all([
        rpc("compare_accounts", { ...about, ...matching }),
        rpc("compare_orders", { ...about, ...matching, only_status: status, limit: MOST_ROWS }),
        rpc("compare_curve", about),
      ]);
      return { figures, orders, curve };
    },
  }),

  compare_strategies: defineTool({
    description:
      "Shows the strategies of an account side by side: what each made over time on the same times, its figures, the " +
      "correlation of the daily results of each two, and what the set comes to as if it were one.",
    scope: "account",
    schema: z.strictObject({
      account,
      strategies: z.array(shape.strategy.transform((name) => name ?? "")).min(1).max(20)
        .nullable().default(null)
        .describe('Which, by name; left out: all, which may be 20. "" is the one without a name.'),
      from,
      to,
    }),
    run: ({ strategies, from, to }, { rpc, account }) =>
      rpc("compare_strategies", { account, strategies, from_time: from, to_time: to }),
  }),
};
