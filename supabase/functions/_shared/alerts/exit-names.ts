import { words } from "./message.ts";
import type { Row } from "./row.ts";

/** The names of take profits and stop losses: a part of the vocabulary. */
export const EXIT_NAMES: readonly Row[] = [
  {
    field: "take_profit.percent",
    names: words(`
      take_profit.percent take_profit_percent tp_percent take_profit_pct tp_pct percentage_tp
      tp_percentage take_profit_percentage`),
  },
  { field: "take_profit.amount", names: words("take_profit.amount take_profit_amount tp_amount") },
  {
    field: "take_profit.limit_price",
    names: words(`
      take_profit.limit_price take_profit.price take_profit.trigger_price take_profit.stop_price take_profit take_profit_price tp_price tp
      profit_target profit_target_price take_profit_target
      preset_take_profit_price preset_stop_surplus_price`),
    when: "no list",
  },
  {
    field: "take_profits",
    names: words(`
      take_profits take_profit tp tps targets take_profit_targets take_profit_levels take_profit_prices
      tp_levels tp_targets tp_prices profit_targets`),
    when: "list",
  },
  { field: "stop_loss.type", names: words("stop_loss.type stop_loss_type") },
  {
    field: "stop_loss.percent",
    names: words(`
      stop_loss.percent stop_loss.stop_percentage stop_loss_percent sl_percent stop_loss_pct sl_pct percentage_sl
      sl_percentage stop_loss_percentage`),
  },
  { field: "stop_loss.amount", names: words("stop_loss.amount stop_loss_amount sl_amount") },
  {
    field: "stop_loss.stop_price",
    names: words(`
      stop_loss.stop_price stop_loss.price stop_loss.trigger_price stop_loss stop_loss_price sl_price sl
      stop_loss_target
      preset_stop_loss_price`),
  },
  { field: "stop_loss.limit_price", names: words("stop_loss.limit_price") },
  { field: "stop_loss.trail_amount", names: words("stop_loss.trail_amount stop_loss.trail_price") },
  { field: "stop_loss.trail_percent", names: words("stop_loss.trail_percent") },
  { field: "stop_loss.activation_price", names: words("stop_loss.activation_price") },
  { field: "stop_loss.activation_amount", names: words("stop_loss.activation_amount") },
  { field: "stop_loss.activation_percent", names: words("stop_loss.activation_percent") },
];
