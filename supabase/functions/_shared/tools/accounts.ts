import * as z from "zod";
import { alertFieldsSchema } from "../validators/canonical-alert.ts";
import { decimal, line, time } from "../validators/fields.ts";
import { currency, namedAccount, ownerId } from "../validators/names.ts";
import { account, confirm, defineTool, requireConfirmation } from "./tool.ts";

const setting = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: "must be text, a number, true, false or null",
});
/** Settings of an account, as the database knows them. */
export const settings = z.record(z.string(), setting).describe(
  "By name: leverage, allow_short, allow_stale, fee_per_trade, fee_per_unit, fee_bps, fee_minimum, slippage_bps, " +
    "max_position, max_order, max_open_positions, max_orders_per_minute, max_daily_loss, max_resting_orders, " +
    "max_strategies, max_symbols, max_stop_distance, funds_room_bps, bar_path, margin_call, maintenance_margin, default_quantity, default_quantity_type, unknown_fields, symbols, " +
    "price_wait, dedupe_window, max_mark_age, time_zone, clock, keep_marks_days, keep_minute_bars_days. null lifts a limit.",
);
const { shape } = alertFieldsSchema;
const cash = decimal("unsigned");

export const accountTools = {
  halt: defineTool({
    description: "Halts an account: from now on only orders that reduce a position are taken.",
    scope: "change",
    keeps: true,
    repeatable: true,
    schema: z.strictObject({
      account,
      reason: line.describe("Why; shown with the account."),
    }),
    run: ({ reason }, { rpc, account }) => rpc("halt_account", { account, reason }),
  }),

  resume: defineTool({
    description: "Lifts the halt of an account. The day's loss is counted anew.",
    scope: "change",
    keeps: true,
    schema: z.strictObject({ account }),
    run: (_, { rpc, account }) => rpc("resume_account", { account }),
  }),

  reset_account: defineTool({
    description:
      "Begins an account anew: no position, no order, the cash it began with (or initial_cash). What came before stays, " +
      "readable by its epoch.",
    scope: "change",
    schema: z.strictObject({
      account,
      confirm,
      initial_cash: cash.describe("Money in the account's currency; left out: what it began with."),
    }),
    run({ confirm, initial_cash }, { rpc, account }) {
      requireConfirmation(confirm, account);
      return rpc("reset_account", { account, initial_cash });
    },
  }),

  create_account: defineTool({
    description: "Opens an account with an opening deposit.",
    scope: "change",
    keeps: true,
    schema: z.strictObject({
      account: namedAccount("new account").describe("Its name."),
      initial_cash: cash.describe("Money in the account's currency; left out: 100000."),
      currency,
      owner_id: ownerId,
      settings: settings.optional(),
    }),
    run: (input, { rpc, account }) =>
      rpc("create_account", { ...input, account, settings: input.settings ?? null }),
  }),

  update_settings: defineTool({
    description: "Changes the named settings of an account, keeps the others, and answers all of them.",
    scope: "change",
    repeatable: true,
    schema: z.strictObject({ account, settings }),
    run: ({ settings }, { rpc, account }) => rpc("update_account_settings", { account, settings }),
  }),

  record_cash: defineTool({
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
  }),
};
