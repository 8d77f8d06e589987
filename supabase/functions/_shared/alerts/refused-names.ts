import { SEND } from "./advice.ts";
import { refusedRows } from "./name-index.ts";

/**
 * Names that change an order though no word in them says so, or that mean something else than they seem to: they are refused
 * by name.
 */
export const REFUSED_NAMES = refusedRows([
  ["atm atm_strategy atm_template strategy_template", SEND.template],
  // For ccxt these make the order itself wait for a price; exits are its `stopLoss` and `takeProfit`.
  ["params.stop_loss_price params.take_profit_price", SEND.waiting],
  ["pyramid allow_pyramid allow_pyramiding", SEND.added, "not set"],
  ["only_if long_only short_only", SEND.wanted],
  ["allow_long allow_short", SEND.closing, "not set"],
  ["safety_orders", SEND.apart],
  ["cancel_after gtd_in_second gtd_in_seconds gtd time_to_live ttl", SEND.later],
  ["post_only", "an order that its price reaches at once is filled: send no more than limit_price"],
  ["accounts account_ids", "send an alert for each account"],
  ["entry_min entry_max entry_low entry_high entry_zone entry_range", "send one limit_price"],
  ["slp stl stopl stop_out loss protect invalidation move_to_be", SEND.stop],
  ["tpp takep goal", SEND.profit],
  ["is_test test_mode dry_run validate validate_only simulate what_if", SEND.dryRun],
  ["delay delay_seconds delay_ms execute_after wait_seconds good_after_time starttm", SEND.now],
  // Beside a `position_size` that is TradingView's to some and money to others.
  ["position", SEND.action, "buy or sell"],
  ["enabled is_enabled transmit", SEND.none, "not set"],
  ["ticket position_id position_ticket order_ticket", SEND.part],
  ["oca_group parent_id", SEND.bracket],
  ["oflags", "send quote_quantity where the volume is money, and no post-only", "viqc or post"],
  ["exec_inst", "send reduce_only, or action close, and no post-only", "closes or post"],
  ["ccy", "send quantity, or quote_quantity where it is money"],
  ["ratio weight scale part", SEND.size],
]);
