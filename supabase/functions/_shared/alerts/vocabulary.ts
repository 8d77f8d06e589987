import { rows } from "./row.ts";

/**
 * Every name that senders have for a field, ours first: those of TradingView's placeholders, TradersPost, 3Commas, OKX,
 * OpenAlgo, CrossTrade, Pionex, Altrady, freqtrade, PickMyTrade, OctoBot, MetaTrader bridges, Bitget, Bybit and Alpaca, and
 * what people write instead. To read another sender is to add names here.
 */
export const VOCABULARY = rows([
  ["idempotency_key", "idempotency_key event_id uuid"],
  ["id", "id alert_id signal_id client_order_id order.id order_tag"],
  ["account", "account"],
  ["strategy", "strategy strategy_name strategy_id strategy.name"],
  [
    "symbol",
    `symbol ticker pair tv_instrument trading_symbol trading_pair currency_pair ticker_id inst_id tsym
     trade_pair instrument_name instrument.ticker instrument.symbol symbol.value`,
  ],
  ["symbol", "market product_id", "pair"],
  // They may be the coin of the margin, a kind or a month, where another name holds the symbol.
  ["symbol", "instrument asset contract"],
  ["exchange", "exchange tv_exchange exchange_segment"],
  // They say whether the order may open a position, which its side beside them does not.
  ["action", "position_intent position_direction intent", "action"],
  [
    "action",
    `action order_action order.action trade_action transaction_type tran_type t_trans_type trade_type
     instruction order_side trade_side side direction`,
  ],
  ["action", "signal command cmd operation type order order_type trade data event alert dir", "action"],
  ["action", "is_buy buy", "flag", "buy"],
  ["action", "is_sell sell", "flag", "sell"],
  ["action", "short", "flag", "short"],
  ["action", "cover", "flag", "cover"],
  ["position_side", "position_side pos_side", "text"],
  ["position_side", "side direction", "side"],
  // Beside an action of another name; alone they are the action.
  ["order_side", "side direction", "buy or sell"],
  ["target.side", "target.side"],
  [
    "target.side",
    "target position new_position desired_position current_position position_after pos_after",
    "side",
  ],
  ["target.side", "sentiment market_position mar_pos position.side"],
  ["target.quantity", "target.quantity market_position_size mar_pos_size"],
  [
    "position_size",
    "position_size target_size target_position position_size_after position.size position.new_size",
  ],
  ["position_size", "position new_position desired_position net_position position_after pos_after", "number"],
  ["previous.side", "prev_market_position prev_position previous_position prev_side pre_mar_pos", "side"],
  [
    "previous.quantity",
    `prev_market_position_size prev_position_size previous_position_size prev_position previous_position
     pre_mar_pos_size`,
    "number",
  ],
  ["target_price", "target", "number"],
  [
    "quantity",
    `quantity qty contracts order_contracts order.contracts order_quantity order_qty order_size
     order_amount shares units size lots lot amount trade_amount base_amount base_quantity base_qty
     base_size amt vol_lots total_quantity`,
  ],
  ["volume", "volume vol", "text"],
  [
    "quote_quantity",
    `quote_quantity quote_amount quote_qty quote_order_qty stake_amount notional usd_amount usdt_amount cash_qty
     dollar_amount cash_amount order_value size_usd quote_size vol_dollar`,
  ],
  [
    "percent_quantity",
    `quantity_percent qty_percent qty_pct size_percent size_pct percent_of_equity equity_percent
     units_percent vol_pct_balance`,
  ],
  ["risk_percent", "risk_percent risk_pct risk_percentage"],
  ["risk_notional", "risk_notional risk_usd risk_dollars risk_amount"],
  ["position_percent", "position_percent position_percentage position_pct"],
  ["close_percent", "close_percent close_percentage close_pct"],
  [
    "quantity_type",
    "quantity_type qty_type size_type amount_type volume_type currency_type investment_type units_type tgt_ccy market_unit denominated",
  ],
  ["quantity_type", "usd_order usdt_order quote_order", "flag", "notional"],
  ["order_type", "order_type", "not action"],
  ["order_type", "type", "no kind"],
  ["order_type", "price_type ord_type order.type order.order_type order_kind", "not action"],
  [
    "order_type",
    "prc_type prc_typ prctyp ord_typ typ otype exec_type order_style entry_type execution execution_type order",
    "order type",
  ],
  ["order_type", "is_market", "flag", "market"],
  ["order_type", "is_limit", "flag", "limit"],
  ["price", "price signal_price market_price order_price order.price"],
  ["price", "close bar.close bar_close", "no flag"],
  [
    "price",
    "entry_price entry last_price last ltp current_price execution_price fill_price prc rat",
    "number",
  ],
  // What a limit or stop order takes that has no price of its own, whatever the market's price beside it is.
  ["order_price", "order_price order.price prc rat entry_price entry", "number"],
  ["limit_price", "limit_price order.limit_price lmt_price"],
  ["limit_price", "limit", "number"],
  [
    "stop_price",
    "stop_price order.stop_price trigger_price trigger trig_price trg_price trg_prc stop_px aux_price",
  ],
  ["stop", "stop", "number"],
  ["trail_amount", "trail_amount trail_price"],
  ["trail_percent", "trail_percent callback_rate trailing_percent"],
  [
    "activation_price",
    "activation_price activate_price active_price active_px trail_activation_price",
    "number",
  ],
  ["activation_amount", "activation_amount trail_activation_amount", "number"],
  ["activation_percent", "activation_percent trail_activation_percent", "number"],
  [
    "take_profit.percent",
    `take_profit.percent take_profit_percent tp_percent take_profit_pct tp_pct percentage_tp
     tp_percentage take_profit_percentage`,
  ],
  ["take_profit.amount", "take_profit.amount take_profit_amount tp_amount"],
  [
    "take_profit.limit_price",
    `take_profit.limit_price take_profit.price take_profit.trigger_price take_profit.stop_price
     take_profit take_profit_price tp_price tp profit_target profit_target_price take_profit_target
     preset_take_profit_price preset_stop_surplus_price`,
    "no list",
  ],
  [
    "take_profits",
    `take_profits take_profit tp tps targets take_profit_targets take_profit_levels take_profit_prices
     tp_levels tp_targets tp_prices profit_targets`,
    "list",
  ],
  ["stop_loss.type", "stop_loss.type stop_loss_type"],
  [
    "stop_loss.percent",
    `stop_loss.percent stop_loss.stop_percentage stop_loss_percent sl_percent stop_loss_pct sl_pct
     percentage_sl sl_percentage stop_loss_percentage`,
  ],
  ["stop_loss.amount", "stop_loss.amount stop_loss_amount sl_amount"],
  [
    "stop_loss.stop_price",
    `stop_loss.stop_price stop_loss.price stop_loss.trigger_price stop_loss stop_loss_price sl_price sl
     stop_loss_target preset_stop_loss_price`,
  ],
  ["stop_loss.limit_price", "stop_loss.limit_price"],
  ["stop_loss.trail_amount", "stop_loss.trail_amount stop_loss.trail_price"],
  ["stop_loss.trail_percent", "stop_loss.trail_percent"],
  ["stop_loss.activation_price", "stop_loss.activation_price"],
  ["stop_loss.activation_amount", "stop_loss.activation_amount"],
  ["stop_loss.activation_percent", "stop_loss.activation_percent"],
  ["reduce_only", "reduce_only close_only exit_only is_exit is_reduce_only", "flag"],
  ["close_position", "close_position close_all flatten is_close", "flag"],
  ["close_position", "close", "true, false or all"],
  ["close_side", "close_side close_position exit_side", "side"],
  ["close_side", "close_long", "flag", "long"],
  ["close_side", "close_short", "flag", "short"],
  ["reverse", "reverse reverse_position flip", "flag"],
  ["reverse", "mode order_mode", "reverse", "true"],
  ["time_in_force", "time_in_force tif validity force time_in_force.duration"],
  ["time_in_force", "duration ret expiry expiration", "time in force"],
  ["time", "timenow time timestamp bar.time"],
  ["time", "date datetime date_time alert_time signal_time sent_at bar_time", "time"],
  ["max_age", "max_age max_lag"],
  ["interval", "interval timeframe"],
  ["interval", "period resolution tf", "plain"],
  ["fee", "fee commission"],
  [
    "comment",
    "comment order_comment order.comment message alert_message order.alert_message note text",
    "text",
  ],
  ["order_id", "order_id"],
  ["open", "open bar.open bar_open"],
  ["high", "high bar.high bar_high"],
  ["low", "low bar.low bar_low"],
  ["close", "close bar.close bar_close", "no flag"],
]);
