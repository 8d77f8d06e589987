import type { When } from "./fits.ts";
import { words } from "./message.ts";

/** Names of what cannot be done here, or would be misread, and what to send instead. */
export interface RefusedRow {
  names: readonly string[];
  /** With such a value; without it, when the value is not empty, zero, false or none. */
  when?: When;
  send: string;
}

/**
 * Names that change an order though no word in them says so, or that mean something else than they seem to: they are refused
 * by name.
 */
export const REFUSED_NAMES: readonly RefusedRow[] = [
  {
    names: words("atm atm_strategy atm_template strategy_template"),
    send: "the exits of a template are not known here: send take_profit and stop_loss",
  },
  {
    // For ccxt these make the order itself wait for a price; exits are its `stopLoss` and `takeProfit`.
    names: words("params.stop_loss_price params.take_profit_price"),
    send:
      'send "order_type": "stop" with stop_price, "limit" with limit_price, or an exit as stop_loss or take_profit',
  },
  {
    names: words("pyramid allow_pyramid allow_pyramiding"),
    when: "not set",
    send: "an alert adds to what is held: send the position wanted as position_size",
  },
  {
    names: words("only_if long_only short_only"),
    send: "an alert is booked whatever is held: send the position wanted as position_size",
  },
  {
    names: words("allow_long allow_short"),
    when: "not set",
    send: "send a sell that never opens as sell_to_close, a buy as buy_to_close",
  },
  { names: words("safety_orders"), send: "send each order as an alert of its own" },
  {
    names: words("cancel_after gtd_in_second gtd_in_seconds gtd time_to_live ttl"),
    send: "send time_in_force, or later a cancel as an alert of its own",
  },
  {
    names: words("post_only"),
    send: "an order that its price reaches at once is filled: send no more than limit_price",
  },
  { names: words("accounts account_ids"), send: "send an alert for each account" },
  {
    names: words("entry_min entry_max entry_low entry_high entry_zone entry_range"),
    send: "send one limit_price",
  },
  {
    names: words("slp stl stopl stop_out loss protect invalidation move_to_be"),
    send: "send stop_loss as a price, stop_loss.percent or stop_loss.amount",
  },
  {
    names: words("tpp takep goal"),
    send: "send take_profit as a price, take_profit.percent or take_profit.amount",
  },
  {
    names: words("is_test test_mode dry_run validate validate_only simulate"),
    send: "add ?dry_run=1 to the address, which books nothing",
  },
  {
    names: words("delay delay_seconds delay_ms execute_after wait_seconds"),
    send: "an alert is booked as it comes: send it when it is to trade",
  },
  {
    // Beside a `position_size` that is TradingView's to some and money to others.
    names: words("position"),
    when: "buy or sell",
    send: "send action, or the position wanted as position_size",
  },
  {
    names: words("enabled is_enabled"),
    when: "not set",
    send: "what is not to trade is no alert: leave it unsent",
  },
  {
    names: words("ticket position_id position_ticket order_ticket"),
    send: "a symbol has one position here: send quantity for how much of it",
  },
  { names: words("ccy"), send: "send quantity, or quote_quantity where it is money" },
  { names: words("ratio weight scale part"), send: "send quantity and quantity_type" },
];
