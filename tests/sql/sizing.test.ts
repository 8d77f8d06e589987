import { sizeTests } from "../support/size-cases.ts";

sizeTests("units", [
  {
    name: "are bought as they are, to 18 decimals",
    alert: { quantity: "0.000000000000000001" },
    answer: "filled: buy 0.000000000000000001 @ 100",
  },
  {
    name: "are cut to whole lots, toward zero",
    instrument: { lot_size: "0.5" },
    alert: { quantity: "1.99" },
    answer: "filled: buy 1.5 @ 100",
  },
  {
    name: "just below a lot never round up",
    instrument: { lot_size: "100" },
    settings: { leverage: null },
    alert: { quantity: "199.999999999999999999" },
    answer: "filled: buy 100 @ 100",
  },
  {
    name: "of less than a lot are refused",
    instrument: { lot_size: "1" },
    alert: { quantity: "0.99" },
    answer: "rejected: quantity_too_small",
  },
  { name: "may use all the cash", alert: { quantity: "10" }, answer: "filled: buy 10 @ 100" },
  {
    name: "beyond the cash are refused, not cut",
    alert: { quantity: "10.00000001" },
    answer: "rejected: insufficient_funds",
  },
  {
    name: "beyond the cash with the fee are refused",
    settings: { fee_per_trade: 1 },
    alert: { quantity: "10" },
    answer: "rejected: insufficient_funds",
  },
  {
    name: "beyond the cash with slippage are refused",
    settings: { slippage_bps: 1 },
    alert: { quantity: "10" },
    answer: "rejected: insufficient_funds",
  },
  {
    name: "may use twice the equity with leverage 2",
    settings: { leverage: 2 },
    alert: { quantity: "20" },
    answer: "filled: buy 20 @ 100",
  },
  {
    name: "beyond twice the equity are refused with leverage 2",
    settings: { leverage: 2 },
    alert: { quantity: "20.01" },
    answer: "rejected: insufficient_funds",
  },
  {
    name: "sold short may use all the equity",
    alert: { action: "sell", quantity: "10" },
    answer: "filled: sell 10 @ 100",
  },
  {
    name: "sold short beyond the equity are refused",
    alert: { action: "sell", quantity: "10.01" },
    answer: "rejected: insufficient_funds",
  },
  {
    name: "count against what other symbols use",
    before: [["buy", "6", "100"]],
    alert: { quantity: "5", symbol: "OTHER" },
    answer: "rejected: insufficient_funds",
  },
  {
    name: "of a future count with its multiplier",
    instrument: { multiplier: "50" },
    alert: { quantity: "0.2" },
    answer: "filled: buy 0.2 @ 100",
  },
  {
    name: "of a future beyond the equity are refused",
    instrument: { multiplier: "50" },
    alert: { quantity: "0.21" },
    answer: "rejected: insufficient_funds",
  },
  {
    name: "flip a full long to a full short",
    before: [["buy", "10", "100"]],
    alert: { action: "sell", quantity: "20" },
    answer: "filled: sell 20 @ 100",
  },
]);

sizeTests("notional", [
  { name: "buys for an amount of money", alert: { quantity: "250" }, answer: "filled: buy 2.5 @ 100" },
  {
    name: "is cut to 1e-8 without a lot",
    alert: { quantity: "100", price: "3" },
    answer: "filled: buy 33.33333333 @ 3",
  },
  {
    name: "is cut to the lot",
    instrument: { lot_size: "1" },
    alert: { quantity: "250" },
    answer: "filled: buy 2 @ 100",
  },
  {
    name: "divides by the multiplier",
    instrument: { multiplier: "5" },
    alert: { quantity: "250" },
    answer: "filled: buy 0.5 @ 100",
  },
  {
    name: "of less than a lot is refused",
    instrument: { lot_size: "1" },
    alert: { quantity: "99" },
    answer: "rejected: quantity_too_small",
  },
  { name: "beyond the cash is refused", alert: { quantity: "1001" }, answer: "rejected: insufficient_funds" },
  {
    name: "of a limit order counts at its limit",
    alert: { quantity: "250", order_type: "limit", limit_price: "50" },
    answer: "accepted",
  },
  {
    name: "without a price waits for one",
    alert: { quantity: "250", price: null },
    answer: "accepted",
  },
]);

sizeTests("percent_of_equity", [
  { name: "of 100 buys with all there is", alert: { quantity: "100" }, answer: "filled: buy 10 @ 100" },
  { name: "of 25 buys with a quarter", alert: { quantity: "25" }, answer: "filled: buy 2.5 @ 100" },
  {
    name: "counts the value of what is held",
    before: [["buy", "5", "80"]],
    alert: { quantity: "50" },
    answer: "filled: buy 5.5 @ 100",
  },
  {
    name: "of 100 leaves room for the fee per trade",
    settings: { fee_per_trade: 10 },
    alert: { quantity: "100" },
    answer: "filled: buy 9.9 @ 100",
  },
  {
    name: "of 100 leaves room for a fee per unit",
    settings: { fee_per_unit: 25 },
    alert: { quantity: "100" },
    answer: "filled: buy 8 @ 100",
  },
  {
    name: "of 100 leaves room for a fee in basis points",
    settings: { fee_bps: 2500 },
    alert: { quantity: "100" },
    answer: "filled: buy 8 @ 100",
  },
  {
    name: "of 100 leaves room for the minimum fee",
    settings: { fee_bps: 1, fee_minimum: 50 },
    alert: { quantity: "100" },
    answer: "filled: buy 9.5 @ 100",
  },
  {
    name: "of 100 leaves room for slippage",
    settings: { slippage_bps: 2500 },
    alert: { quantity: "100" },
    answer: "filled: buy 8 @ 125",
  },
  {
    name: "of 100 leaves room for the fee that the alert names",
    alert: { quantity: "100", fee: "10" },
    answer: "filled: buy 9.9 @ 100",
  },
  {
    name: "of 200 is cut to what leverage 1 allows",
    alert: { quantity: "200" },
    answer: "filled: buy 10 @ 100",
  },
  {
    name: "of 200 buys twice the equity with leverage 2",
    settings: { leverage: 2 },
    alert: { quantity: "200" },
    answer: "filled: buy 20 @ 100",
  },
  {
    name: "of 200 with leverage 2 leaves room for the fee, which counts twice",
    settings: { leverage: 2, fee_per_trade: 100 },
    alert: { quantity: "200" },
    answer: "filled: buy 18 @ 100",
  },
  {
    name: "of 100 short sells all the equity",
    alert: { action: "sell", quantity: "100" },
    answer: "filled: sell 10 @ 100",
  },
  {
    name: "of 100 sells what 100 bought",
    before: [["buy", "10", "100"]],
    alert: { action: "sell", quantity: "100" },
    answer: "filled: sell 10 @ 100",
  },
  {
    name: "of 300 flips a full long to a full short at most",
    before: [["buy", "10", "100"]],
    alert: { action: "sell", quantity: "300" },
    answer: "filled: sell 20 @ 100",
  },
  {
    name: "is refused when all is invested",
    before: [["buy", "10", "100"]],
    alert: { quantity: "50" },
    answer: "rejected: quantity_too_small",
  },
  {
    name: "of nothing is refused",
    cash: "0",
    alert: { quantity: "100" },
    answer: "rejected: quantity_too_small",
  },
  {
    name: "is never rounded past the balance",
    cash: "200000",
    alert: { quantity: "100", price: "0.00003" },
    answer: "filled: buy 6666666666.66666666 @ 0.00003",
  },
  {
    name: "is cut to the lot",
    instrument: { lot_size: "3" },
    alert: { quantity: "100" },
    answer: "filled: buy 9 @ 100",
  },
  {
    name: "of a buy stop above the market is sized, and judged, at its stop",
    settings: { leverage: 2 },
    alert: { quantity: "200", order_type: "stop", stop_price: "125" },
    answer: "accepted",
  },
  { name: "without a quantity is refused", alert: { quantity: null }, answer: "rejected: no_quantity" },
]);

sizeTests("percent_of_position", [
  {
    name: "of 50 sells half",
    before: [["buy", "3", "100"]],
    alert: { action: "sell", quantity: "50" },
    answer: "filled: sell 1.5 @ 100",
  },
  {
    name: "of 100 closes all, whatever the lot",
    before: [["buy", "0.123456789", "100"]],
    alert: { action: "close", quantity: "100" },
    answer: "filled: sell 0.123456789 @ 100",
  },
  {
    name: "above 100 is all of it",
    before: [["buy", "3", "100"]],
    alert: { action: "sell", quantity: "250" },
    answer: "filled: sell 3 @ 100",
  },
  {
    name: "buys back half of a short",
    before: [["sell", "3", "100"]],
    alert: { action: "close", quantity: "50" },
    answer: "filled: buy 1.5 @ 100",
  },
  {
    name: "adds to a position",
    before: [["buy", "3", "100"]],
    alert: { quantity: "50" },
    answer: "filled: buy 1.5 @ 100",
  },
  {
    name: "above 100 adds more than the position",
    before: [["buy", "2", "100"]],
    alert: { quantity: "250" },
    answer: "filled: buy 5 @ 100",
  },
  {
    name: "is cut to the lot",
    instrument: { lot_size: "1" },
    before: [["buy", "5", "100"]],
    alert: { action: "sell", quantity: "50" },
    answer: "filled: sell 2 @ 100",
  },
  {
    name: "of less than a lot is refused",
    instrument: { lot_size: "1" },
    before: [["buy", "5", "100"]],
    alert: { action: "sell", quantity: "10" },
    answer: "rejected: quantity_too_small",
  },
  { name: "of nothing is refused", alert: { quantity: "50" }, answer: "rejected: quantity_too_small" },
  { name: "of nothing closes nothing", alert: { action: "close", quantity: "50" }, answer: "ignored" },
]);
