import * as z from "zod";

/** What an operator can have done by `POST /tools/<tool-name>`. */
export const TOOL_NAMES = [
  "place_order",
  "close_position",
  "close_all",
  "modify",
  "cancel_orders",
  "halt",
  "resume",
  "reset_account",
  "create_account",
  "update_settings",
  "record_cash",
  "upsert_instrument",
  "split",
  "verify_account",
  "alert_health",
  "import_backtest",
  "compare_accounts",
  "compare_strategies",
  "upsert_shadow_account",
  "remove_shadow_account",
  "catch_up_shadow_account",
  "list_shadow_accounts",
  "send_test_notification",
] as const;

export const toolNameSchema = z.enum(TOOL_NAMES);

export type ToolName = z.output<typeof toolNameSchema>;
