import { sizeTests } from "../support/size-cases.ts";

sizeTests("risk_notional", [
  {
    name: "buys what loses that money at the stop",
    alert: { quantity: "10", stop_loss: { stop_price: "95" } },
    answer: "filled: buy 2 @ 100",
  },
  {
    name: "measures a stop by amount",
    alert: { quantity: "10", stop_loss: { amount: "4" } },
    answer: "filled: buy 2.5 @ 100",
  },
  {
    name: "measures a stop by percent",
    alert: { quantity: "10", stop_loss: { percent: "8" } },
    answer: "filled: buy 1.25 @ 100",
  },
  {
    name: "measures a trailing stop",
    alert: { quantity: "10", stop_loss: { type: "trailing_stop", trail_amount: "2" } },
    answer: "filled: buy 5 @ 100",
  },
  {
    name: "measures a trailing stop by percent",
    alert: { quantity: "10", stop_loss: { type: "trailing_stop", trail_percent: "5" } },
    answer: "filled: buy 2 @ 100",
  },
  {
    name: "sells short what loses that money at the stop",
    alert: { action: "sell", quantity: "10", stop_loss: { stop_price: "105" } },
    answer: "filled: sell 2 @ 100",
  },
  {
    name: "counts the multiplier",
    instrument: { multiplier: "2" },
    alert: { quantity: "10", stop_loss: { amount: "5" } },
    answer: "filled: buy 1 @ 100",
  },
  {
    name: "is cut to what can be afforded",
    alert: { quantity: "100", stop_loss: { amount: "1" } },
    answer: "filled: buy 10 @ 100",
  },
  {
    name: "of a stop order that the market has reached counts from the market's price, at which it fills",
    alert: { order_type: "stop", stop_price: "96", quantity: "10", stop_loss: { stop_price: "95" } },
    answer: "filled: buy 2 @ 100",
  },
  {
    name: "of a limit order that the market has reached counts from the market's price, at which it fills",
    alert: { order_type: "limit", limit_price: "105", quantity: "10", stop_loss: { stop_price: "95" } },
    answer: "filled: buy 2 @ 100",
  },
  { name: "without a stop is refused", alert: { quantity: "10" }, answer: "rejected: no_stop" },
  {
    name: "with a stop at the price is refused",
    alert: { quantity: "10", stop_loss: { stop_price: "100" } },
    answer: "rejected: no_stop",
  },
  {
    name: "with a stop on the wrong side is refused",
    alert: { quantity: "10", stop_loss: { stop_price: "105" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "of less than a lot is refused",
    instrument: { lot_size: "1" },
    alert: { quantity: "4", stop_loss: { amount: "5" } },
    answer: "rejected: quantity_too_small",
  },
]);

sizeTests("risk_percent", [
  {
    name: "buys what loses that part of the equity at the stop",
    alert: { quantity: "1", stop_loss: { amount: "5" } },
    answer: "filled: buy 2 @ 100",
  },
  {
    name: "counts the equity, not the cash",
    before: [["buy", "5", "80"]],
    alert: { quantity: "1", stop_loss: { amount: "5" } },
    answer: "filled: buy 2.2 @ 100",
  },
  {
    name: "is cut to what leverage allows",
    settings: { leverage: 2 },
    alert: { quantity: "50", stop_loss: { amount: "1" } },
    answer: "filled: buy 20 @ 100",
  },
  {
    name: "is cut to the lot",
    instrument: { lot_size: "1.5" },
    alert: { quantity: "1", stop_loss: { amount: "5" } },
    answer: "filled: buy 1.5 @ 100",
  },
  { name: "without a stop is refused", alert: { quantity: "1" }, answer: "rejected: no_stop" },
]);
