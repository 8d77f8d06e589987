import { EXIT_NAMES } from "./exit-names.ts";
import { words } from "./message.ts";
import type { Row } from "./row.ts";

/**
 * Every name that senders have for a field, ours first: those of TradingView's placeholders, TradersPost, 3Commas, OKX,
 * OpenAlgo, CrossTrade, Pionex, Altrady, freqtrade, PickMyTrade, OctoBot, MetaTrader bridges, Bitget, Bybit and Alpaca, and
 * what people write instead. To read another sender is to add names here.
 */
export const VOCABULARY: readonly Row[] = [
  { field: "idempotency_key", names: words("idempotency_key event_id uuid") },
  { field: "id", names: words("id alert_id signal_id client_order_id order.id order_tag") },
  { field: "account", names: words("account") },
  { field: "strategy", names: words("strategy strategy_name strategy_id strategy.name") },
  {
    field: "symbol",
    names: words(`
      symbol ticker pair tv_instrument trading_symbol trading_pair currency_pair ticker_id inst_id tsym
      trade_pair instrument_name instrument.ticker instrument.symbol symbol.value`),
  },
  { field: "symbol", names: words("market product_id"), when: "pair" },
  // They may be the coin of the margin, a kind or a month, where another name holds the symbol.
  { field: "symbol", names: words("instrument asset contract") },
  { field: "exchange", names: words("exchange tv_exchange exchange_segment") },
  // They say whether the order may open a position, which its side beside them does not.
  { field: "action", names: words("position_intent position_direction intent"), when: "action" },
  {
    field: "action",
    names: words(`
      action order_action order.action trade_action transaction_type tran_type t_trans_type trade_type instruction order_side trade_side side
      direction`),
  },
  {
    field: "action",
    names: words("signal command cmd operation type order order_type trade data event alert"),
    when: "action",
  },
  { field: "action", names: words("is_buy buy"), when: "flag", says: "buy" },
  { field: "action", names: words("is_sell sell"), when: "flag", says: "sell" },
  { field: "action", names: words("short"), when: "flag", says: "short" },
  { field: "action", names: words("cover"), when: "flag", says: "cover" },
  { field: "position_side", names: words("position_side pos_side"), when: "text" },
  { field: "position_side", names: words("side direction"), when: "side" },
  // Beside an action of another name; alone they are the action.
  { field: "order_side", names: words("side direction"), when: "buy or sell" },
  { field: "target.side", names: words("target.side") },
  {
    field: "target.side",
    names: words("target position new_position desired_position current_position position_after pos_after"),
    when: "side",
  },
  { field: "target.side", names: words("sentiment market_position mar_pos position.side") },
  { field: "target.quantity", names: words("target.quantity market_position_size mar_pos_size") },
  {
    field: "position_size",
    names: words(
      "position_size target_size target_position position_size_after position.size position.new_size",
    ),
  },
  {
    field: "position_size",
    names: words("position new_position desired_position net_position position_after pos_after"),
    when: "number",
  },
  {
    field: "previous.side",
    names: words("prev_market_position prev_position previous_position prev_side pre_mar_pos"),
    when: "side",
  },
  {
    field: "previous.quantity",
    names: words(`
      prev_market_position_size prev_position_size previous_position_size prev_position previous_position
      pre_mar_pos_size`),
    when: "number",
  },
  { field: "target_price", names: words("target"), when: "number" },
  {
    field: "quantity",
    names: words(`
      quantity qty contracts order_contracts order.contracts order_quantity order_qty order_size
      order_amount shares units size lots lot amount trade_amount base_amount base_quantity
      base_qty base_size amt vol_lots`),
  },
  { field: "volume", names: words("volume vol"), when: "text" },
  {
    field: "quote_quantity",
    names: words(`
      quote_quantity quote_amount quote_qty quote_order_qty stake_amount notional usd_amount
      usdt_amount dollar_amount cash_amount order_value size_usd quote_size vol_dollar`),
  },
  {
    field: "percent_quantity",
    names: words(`
      quantity_percent qty_percent qty_pct size_percent size_pct percent_of_equity equity_percent
      units_percent vol_pct_balance`),
  },
  { field: "risk_percent", names: words("risk_percent risk_pct risk_percentage") },
  { field: "risk_notional", names: words("risk_notional risk_usd risk_dollars risk_amount") },
  {
    field: "position_percent",
    names: words("position_percent position_percentage position_pct"),
  },
  { field: "close_percent", names: words("close_percent close_percentage close_pct") },
  {
    field: "quantity_type",
    names: words(
      "quantity_type qty_type size_type amount_type volume_type currency_type investment_type units_type tgt_ccy market_unit denominated",
    ),
  },
  {
    field: "quantity_type",
    names: words("usd_order usdt_order quote_order"),
    when: "flag",
    says: "notional",
  },
  { field: "order_type", names: words("order_type"), when: "not action" },
  { field: "order_type", names: words("type"), when: "no kind" },
  {
    field: "order_type",
    names: words("price_type ord_type order.type order.order_type order_kind"),
    when: "not action",
  },
  {
    field: "order_type",
    names: words(
      "prc_type prc_typ prctyp ord_typ typ otype exec_type order_style entry_type execution execution_type order",
    ),
    when: "order type",
  },
  { field: "order_type", names: words("is_market"), when: "flag", says: "market" },
  { field: "order_type", names: words("is_limit"), when: "flag", says: "limit" },
  {
    field: "price",
    names: words("price signal_price market_price order_price order.price"),
  },
  { field: "price", names: words("close bar.close bar_close"), when: "no flag" },
  {
    field: "price",
    names: words("entry_price entry last_price last ltp current_price execution_price fill_price prc rat"),
    when: "number",
  },
  // What a limit or stop order takes that has no price of its own, whatever the market's price beside it is.
  { field: "order_price", names: words("order_price order.price prc rat entry_price entry"), when: "number" },
  { field: "limit_price", names: words("limit_price order.limit_price lmt_price") },
  { field: "limit_price", names: words("limit"), when: "number" },
  {
    field: "stop_price",
    names: words("stop_price order.stop_price trigger_price trigger trig_price trg_price trg_prc stop_px"),
  },
  { field: "stop", names: words("stop"), when: "number" },
  { field: "trail_amount", names: words("trail_amount trail_price") },
  { field: "trail_percent", names: words("trail_percent callback_rate") },
  {
    field: "activation_price",
    names: words("activation_price activate_price active_price active_px trail_activation_price"),
    when: "number",
  },
  { field: "activation_amount", names: words("activation_amount trail_activation_amount"), when: "number" },
  {
    field: "activation_percent",
    names: words("activation_percent trail_activation_percent"),
    when: "number",
  },
  ...EXIT_NAMES,
  {
    field: "reduce_only",
    names: words("reduce_only close_only exit_only is_exit is_reduce_only"),
    when: "flag",
  },
  {
    field: "close_position",
    names: words("close_position close_all flatten is_close"),
    when: "flag",
  },
  { field: "close_position", names: words("close"), when: "true, false or all" },
  { field: "close_side", names: words("close_side close_position exit_side"), when: "side" },
  { field: "close_side", names: words("close_long"), when: "flag", says: "long" },
  { field: "close_side", names: words("close_short"), when: "flag", says: "short" },
  { field: "reverse", names: words("reverse reverse_position flip"), when: "flag" },
  { field: "reverse", names: words("mode order_mode"), when: "reverse", says: "true" },
  { field: "time_in_force", names: words("time_in_force tif validity force") },
  { field: "time_in_force", names: words("duration ret"), when: "time in force" },
  { field: "time", names: words("timenow time timestamp bar.time") },
  {
    field: "time",
    names: words("date datetime date_time alert_time signal_time sent_at bar_time"),
    when: "time",
  },
  { field: "max_age", names: words("max_age max_lag") },
  { field: "interval", names: words("interval timeframe") },
  { field: "interval", names: words("period resolution tf"), when: "plain" },
  { field: "fee", names: words("fee commission") },
  {
    field: "comment",
    names: words("comment order_comment order.comment message alert_message order.alert_message note text"),
    when: "text",
  },
  { field: "order_id", names: words("order_id") },
  { field: "open", names: words("open bar.open bar_open") },
  { field: "high", names: words("high bar.high bar_high") },
  { field: "low", names: words("low bar.low bar_low") },
  { field: "close", names: words("close bar.close bar_close"), when: "no flag" },
];
