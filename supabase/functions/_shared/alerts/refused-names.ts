import { refusedRows } from "./row.ts";

/**
 * Names that change an order though no word in them says so, or that mean something else than they seem to: they are refused
 * by name.
 */
export const REFUSED_NAMES = refusedRows([
  [
    "atm atm_strategy atm_template strategy_template",
    "the exits of a template are not known here: send take_profit and stop_loss",
  ],
  [
    // For ccxt these make the order itself wait for a price; exits are its `stopLoss` and `takeProfit`.
    "params.stop_loss_price params.take_profit_price",
    'send "order_type": "stop" with stop_price, "limit" with limit_price, or an exit as stop_loss or take_profit',
  ],
  [
    "pyramid allow_pyramid allow_pyramiding",
    "an alert adds to what is held: send the position wanted as position_size",
    "not set",
  ],
  [
    "only_if long_only short_only",
    "an alert is booked whatever is held: send the position wanted as position_size",
  ],
  [
    "allow_long allow_short",
    "send a sell that never opens as sell_to_close, a buy as buy_to_close",
    "not set",
  ],
  ["safety_orders", "send each order as an alert of its own"],
  [
    "cancel_after gtd_in_second gtd_in_seconds gtd time_to_live ttl",
    "send time_in_force, or later a cancel as an alert of its own",
  ],
  ["post_only", "an order that its price reaches at once is filled: send no more than limit_price"],
  ["accounts account_ids", "send an alert for each account"],
  ["entry_min entry_max entry_low entry_high entry_zone entry_range", "send one limit_price"],
  [
    "slp stl stopl stop_out loss protect invalidation move_to_be",
    "send stop_loss as a price, stop_loss.percent or stop_loss.amount",
  ],
  ["tpp takep goal", "send take_profit as a price, take_profit.percent or take_profit.amount"],
  [
    "is_test test_mode dry_run validate validate_only simulate what_if",
    "add ?dry_run=1 to the address, which books nothing",
  ],
  [
    "delay delay_seconds delay_ms execute_after wait_seconds good_after_time starttm",
    "an alert is booked as it comes: send it when it is to trade",
  ],
  [
    // Beside a `position_size` that is TradingView's to some and money to others.
    "position",
    "send action, or the position wanted as position_size",
    "buy or sell",
  ],
  ["enabled is_enabled transmit", "what is not to trade is no alert: leave it unsent", "not set"],
  [
    "ticket position_id position_ticket order_ticket",
    "a symbol has one position here: send quantity for how much of it",
  ],
  [
    "oca_group parent_id",
    "send an order with take_profit and stop_loss, or each order as an alert of its own",
  ],
  ["oflags", "send quote_quantity where the volume is money, and no post-only", "viqc or post"],
  ["exec_inst", "send reduce_only, or action close, and no post-only", "closes or post"],
  ["ccy", "send quantity, or quote_quantity where it is money"],
  ["ratio weight scale part", "send quantity and quantity_type"],
]);
