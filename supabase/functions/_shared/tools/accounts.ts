import * as z from "zod";
import { decimal, line } from "../validators/fields.ts";
import { currency, namedAccount, ownerId } from "../validators/names.ts";
import { requireConfirmation } from "./close-all.ts";
import { account, confirm, defineTool } from "./tool.ts";

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
const cash = decimal("unsigned");

export const halt = defineTool({
  description: "Halts an account: from now on only orders that reduce a position are taken.",
  scope: "change",
  keeps: true,
  repeatable: true,
  schema: z.strictObject({
    account,
    reason: line.describe("Why; shown with the account."),
  }),
  run: ({ reason }, { rpc, account }) => rpc("halt_account", { account, reason }),
});

export const resume = defineTool({
  description: "Lifts the halt of an account. The day's loss is counted anew.",
  scope: "change",
  keeps: true,
  schema: z.strictObject({ account }),
  run: (_, { rpc, account }) => rpc("resume_account", { account }),
});

export const resetAccount = defineTool({
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
});

export const createAccount = defineTool({
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
});

export const updateSettings = defineTool({
  description: "Changes the named settings of an account, keeps the others, and answers all of them.",
  scope: "change",
  repeatable: true,
  schema: z.strictObject({ account, settings }),
  run: ({ settings }, { rpc, account }) => rpc("update_account_settings", { account, settings }),
});

export const verifyAccount = defineTool({
  description:
    "Rebuilds an account from its ledger and answers every difference to what is stored: [] when all is right.",
  scope: "account",
  schema: z.strictObject({ account }),
  run: (_, { rpc, account }) => rpc("verify_account", { account }),
});
