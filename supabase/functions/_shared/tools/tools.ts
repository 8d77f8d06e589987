import * as z from "zod";
import { alertHealth } from "./alert-health.ts";
import { compareAccounts } from "./compare.ts";
import { compareStrategies } from "./compare-strategies.ts";
import { createAccount, halt, resetAccount, resume, updateSettings, verifyAccount } from "./accounts.ts";
import { importBacktestTool } from "./backtest.ts";
import { closeAll } from "./close-all.ts";
import { upsertInstrument } from "./instruments.ts";
import { sendTestNotification } from "./notifications.ts";
import { cancelOrders, closePosition, modify, placeOrder } from "./orders.ts";
import { recordCash, split } from "./results.ts";
import {
  catchUpShadowAccount,
  listShadowAccounts,
  removeShadowAccount,
  upsertShadowAccount,
} from "./shadows.ts";
import type { Tool } from "./tool.ts";

/** What an operator can have done by `POST /tools/<tool-name>`. */
export const TOOLS = {
  place_order: placeOrder,
  close_position: closePosition,
  close_all: closeAll,
  modify,
  cancel_orders: cancelOrders,
  halt,
  resume,
  reset_account: resetAccount,
  create_account: createAccount,
  update_settings: updateSettings,
  record_cash: recordCash,
  upsert_instrument: upsertInstrument,
  split,
  verify_account: verifyAccount,
  alert_health: alertHealth,
  import_backtest: importBacktestTool,
  compare_accounts: compareAccounts,
  compare_strategies: compareStrategies,
  upsert_shadow_account: upsertShadowAccount,
  remove_shadow_account: removeShadowAccount,
  catch_up_shadow_account: catchUpShadowAccount,
  list_shadow_accounts: listShadowAccounts,
  send_test_notification: sendTestNotification,
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

export const toolNameSchema = z.enum(Object.keys(TOOLS) as ToolName[]);
