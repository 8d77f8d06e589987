import { equal } from "node:assert/strict";
import { deskTest, fills } from "../support/desk.ts";
import { orderTests, said } from "../support/order-cases.ts";

const buyStop = { action: "buy", order_type: "stop", stop_price: "105" };
const sellStop = { action: "sell", order_type: "stop", stop_price: "95" };

orderTests("a stop order", [
  {
    name: "to buy rests until the mark reaches it, then fills at its stop",
    order: buyStop,
    answer: "accepted",
    then: [["104", ""], ["105", "buy 1 @ 105"], ["110", ""]],
  },
  {
    name: "to sell rests until the mark reaches it, then fills at its stop",
    order: sellStop,
    answer: "accepted",
    then: [["96", ""], ["95", "sell 1 @ 95"], ["90", ""]],
  },
  {
    name: "to buy that is gapped over fills at the open",
    order: buyStop,
    answer: "accepted",
    then: [["109", "buy 1 @ 109"]],
  },
  {
    name: "to sell that is gapped over fills at the open",
    order: sellStop,
    answer: "accepted",
    then: [["90 97 89 96", "sell 1 @ 90"]],
  },
  {
    name: "to buy inside a bar fills at its stop",
    order: buyStop,
    answer: "accepted",
    then: [["100 104.99 98 99", ""], ["100 110 98 99", "buy 1 @ 105"]],
  },
  {
    name: "to sell inside a bar fills at its stop",
    order: sellStop,
    answer: "accepted",
    then: [["100 101 80 99", "sell 1 @ 95"]],
  },
  {
    name: "pays slippage on top of its stop when it buys",
    settings: { leverage: null, slippage_bps: 10 },
    order: { ...buyStop, stop_price: "200" },
    answer: "accepted",
    then: [["200", "buy 1 @ 200.2"]],
  },
  {
    name: "pays slippage below the open when it is gapped over and sells",
    settings: { leverage: null, slippage_bps: 10 },
    order: sellStop,
    answer: "accepted",
    then: [["90", "sell 1 @ 89.91"]],
  },
  {
    name: "to buy that the market has passed is taken at the market with slippage",
    settings: { leverage: null, slippage_bps: 10 },
    order: { ...buyStop, stop_price: "99" },
    answer: "filled: buy 1 @ 100.1",
  },
  {
    name: "to sell that the market has passed is taken at the market",
    order: { ...sellStop, stop_price: "101" },
    answer: "filled: sell 1 @ 100",
  },
  {
    name: "lies on a whole tick, where it is reached later",
    instrument: { tick_size: "0.5" },
    order: { ...buyStop, stop_price: "105.9" },
    answer: "accepted",
    then: [["105.99", ""], ["106", "buy 1 @ 106"]],
  },
  {
    name: "without a stop price is refused",
    order: { ...buyStop, stop_price: null },
    answer: "rejected: invalid_order",
  },
]);

const buyStopLimit = { action: "buy", order_type: "stop_limit", stop_price: "105", limit_price: "107" };
const sellStopLimit = { action: "sell", order_type: "stop_limit", stop_price: "95", limit_price: "93" };

orderTests("a stop_limit order", [
  {
    name: "to buy fills at its stop when that is within its limit",
    order: buyStopLimit,
    answer: "accepted",
    then: [["104", ""], ["105", "buy 1 @ 105"]],
  },
  {
    name: "to sell fills at its stop when that is within its limit",
    order: sellStopLimit,
    answer: "accepted",
    then: [["96", ""], ["95", "sell 1 @ 95"]],
  },
  {
    name: "to buy that opens between stop and limit fills at the open",
    order: buyStopLimit,
    answer: "accepted",
    then: [["106", "buy 1 @ 106"]],
  },
  {
    name: "to buy that is gapped past its limit waits as a limit",
    order: buyStopLimit,
    answer: "accepted",
    then: [["109", ""], ["108", ""], ["107", "buy 1 @ 107"]],
  },
  {
    name: "to sell that is gapped past its limit waits as a limit",
    order: sellStopLimit,
    answer: "accepted",
    then: [["90", ""], ["92.99", ""], ["94", "sell 1 @ 94"]],
  },
  {
    name: "gapped past its limit fills in the same bar when the close is back within",
    order: buyStopLimit,
    answer: "accepted",
    then: [["109 111 104 106", "buy 1 @ 107"]],
  },
  {
    name: "gapped past its limit fills where the bar's path comes back to it",
    order: buyStopLimit,
    answer: "accepted",
    then: [["109 111 107.5 108", ""], ["109 111 104 108", "buy 1 @ 107"]],
  },
  {
    name: "that the market has passed, within its limit, is taken at the market",
    order: { ...buyStopLimit, stop_price: "99" },
    answer: "filled: buy 1 @ 100",
  },
  {
    name: "that the market has passed, beyond its limit, waits as a limit",
    order: { ...buyStopLimit, stop_price: "98", limit_price: "99" },
    answer: "accepted",
    then: [["99.5", ""], ["99", "buy 1 @ 99"]],
  },
  {
    name: "has no slippage",
    settings: { leverage: null, slippage_bps: 100 },
    order: buyStopLimit,
    answer: "accepted",
    then: [["105", "buy 1 @ 105"]],
  },
  {
    name: "without a limit price is refused",
    order: { ...buyStopLimit, limit_price: null },
    answer: "rejected: invalid_order",
  },
  {
    name: "whose stop is less than one tick is refused",
    instrument: { tick_size: "1" },
    order: { ...buyStopLimit, action: "sell", stop_price: "0.5" },
    answer: "rejected: invalid_order",
  },
]);

const sellTrail = { action: "sell", order_type: "trailing_stop", trail_amount: "5" };
const buyTrail = { action: "buy", order_type: "trailing_stop", trail_percent: "10" };

orderTests("a trailing stop", [
  {
    name: "to sell follows the market up by its amount and never down",
    order: sellTrail,
    answer: "accepted",
    then: [["110", ""], ["106", ""], ["105.01", ""], ["105", "sell 1 @ 105"]],
  },
  {
    name: "to buy follows the market down by its percent and never up",
    order: buyTrail,
    answer: "accepted",
    then: [["80", ""], ["87", ""], ["88", "buy 1 @ 88"]],
  },
  {
    name: "to sell that is gapped over fills at the open",
    order: sellTrail,
    answer: "accepted",
    then: [["90", "sell 1 @ 90"]],
  },
  {
    name: "to buy that is gapped over fills at the open",
    order: buyTrail,
    answer: "accepted",
    then: [["115", "buy 1 @ 115"]],
  },
  {
    name: "to sell follows the path: the high when it is nearer to the open than the low",
    order: sellTrail,
    answer: "accepted",
    then: [["108 112 103 111", "sell 1 @ 107"]],
  },
  {
    name: "to sell follows the open, then meets the low when that is nearer",
    order: sellTrail,
    answer: "accepted",
    then: [["108 114 103 111", "sell 1 @ 103"]],
  },
  {
    name: "to sell survives a low above its stop, follows the high, and is tested against the close",
    order: sellTrail,
    answer: "accepted",
    then: [["100 110 96 106", ""], ["106 112 106 106", "sell 1 @ 107"]],
  },
  {
    name: "to buy survives a high below its stop, follows the low, and is tested against the close",
    order: { ...buyTrail, trail_percent: null, trail_amount: "5" },
    answer: "accepted",
    then: [["100 104 90 94", ""], ["94 94 88 93", "buy 1 @ 93"]],
  },
  {
    name: "pays slippage",
    settings: { leverage: null, slippage_bps: 100 },
    order: sellTrail,
    answer: "accepted",
    then: [["95", "sell 1 @ 94.05"]],
  },
  { name: "without a price is refused", order: { ...sellTrail, price: null }, answer: "rejected: no_price" },
  {
    name: "without a distance is refused",
    order: { ...sellTrail, trail_amount: null },
    answer: "rejected: invalid_order",
  },
  {
    name: "with two distances is refused",
    order: { ...sellTrail, trail_percent: "5" },
    answer: "rejected: invalid_order",
  },
  {
    name: "of 100 percent is refused",
    order: { ...buyTrail, trail_percent: "100" },
    answer: "rejected: invalid_order",
  },
  {
    name: "further away than the price lies where no market comes",
    order: { ...sellTrail, trail_amount: "250" },
    answer: "accepted",
    then: [["0.000000000000000002", ""], ["300", ""], ["50", "sell 1 @ 50"]],
  },
]);

deskTest("stops fill before limits when one bar reaches both", {}, async (desk) => {
  await desk.buy("2", "100");
  await desk.close("100", { order_type: "limit", limit_price: "110", quantity: "1" });
  await desk.close("100", { order_type: "stop", stop_price: "90", quantity: "1" });
  equal(fills(await desk.mark("100 115 85 100")), "sell 1 @ 90, sell 1 @ 110");
});

deskTest("a stop that fills where the account is halted is canceled, unless it reduces", {}, async (desk) => {
  await desk.buy("1", "100");
  await desk.send({ action: "buy", quantity: "1", price: "100", order_type: "stop", stop_price: "105" });
  await desk.close("100", { order_type: "stop", stop_price: "95" });
  await desk.send({ action: "halt" });
  const up = await desk.mark("105");
  equal(up.orders.map(({ status, reason }) => `${status} ${reason}`).join(), "canceled account_halted");
  equal(said(await desk.mark("95")), "filled: sell 1 @ 95");
});
