import { equal } from "node:assert/strict";
import { deskTest, fills } from "../support/desk.ts";
import { orderTests, said } from "../support/order-cases.ts";

const both = { stop_loss: { amount: "5" }, take_profit: { amount: "10" } };

orderTests("a bracket", [
  {
    name: "of a long takes its profit by percent",
    order: { action: "buy", take_profit: { percent: "3" } },
    answer: "filled: buy 1 @ 100",
    then: [["102.99", ""], ["103", "sell 1 @ 103"]],
  },
  {
    name: "of a short takes its profit by percent",
    order: { action: "sell", take_profit: { percent: "3" } },
    answer: "filled: sell 1 @ 100",
    then: [["97.01", ""], ["97", "buy 1 @ 97"]],
  },
  {
    name: "takes its profit by amount",
    order: { action: "buy", take_profit: { amount: "7" } },
    answer: "filled: buy 1 @ 100",
    then: [["107", "sell 1 @ 107"]],
  },
  {
    name: "takes its profit at a price",
    order: { action: "sell", take_profit: { limit_price: "90" } },
    answer: "filled: sell 1 @ 100",
    then: [["90", "buy 1 @ 90"]],
  },
  {
    name: "of a long stops its loss by percent",
    order: { action: "buy", stop_loss: { percent: "3" } },
    answer: "filled: buy 1 @ 100",
    then: [["97.01", ""], ["97", "sell 1 @ 97"]],
  },
  {
    name: "of a short stops its loss by amount",
    order: { action: "sell", stop_loss: { amount: "4" } },
    answer: "filled: sell 1 @ 100",
    then: [["104", "buy 1 @ 104"]],
  },
  {
    name: "stops its loss at a price, gapped at the open",
    order: { action: "buy", stop_loss: { stop_price: "95" } },
    answer: "filled: buy 1 @ 100",
    then: [["92", "sell 1 @ 92"]],
  },
  {
    name: "with a stop_limit waits when it is gapped past its limit",
    order: { action: "buy", stop_loss: { type: "stop_limit", stop_price: "95", limit_price: "94" } },
    answer: "filled: buy 1 @ 100",
    then: [["92", ""], ["94", "sell 1 @ 94"]],
  },
  {
    name: "with a trailing stop by percent follows the market",
    order: { action: "buy", stop_loss: { type: "trailing_stop", trail_percent: "10" } },
    answer: "filled: buy 1 @ 100",
    then: [["200", ""], ["181", ""], ["180", "sell 1 @ 180"]],
  },
  {
    name: "with a trailing stop by amount follows a short down",
    order: { action: "sell", stop_loss: { type: "trailing_stop", trail_amount: "5" } },
    answer: "filled: sell 1 @ 100",
    then: [["90", ""], ["94", ""], ["95", "buy 1 @ 95"]],
  },
  {
    name: "cancels its stop when the profit is taken",
    order: { action: "buy", ...both },
    answer: "filled: buy 1 @ 100",
    then: [["110", "sell 1 @ 110"], ["90", ""]],
  },
  {
    name: "cancels its profit when the loss is stopped",
    order: { action: "buy", ...both },
    answer: "filled: buy 1 @ 100",
    then: [["95", "sell 1 @ 95"], ["120", ""]],
  },
  {
    name: "with both inside one bar is a loss",
    order: { action: "buy", ...both },
    answer: "filled: buy 1 @ 100",
    then: [["101 115 94 112", "sell 1 @ 95"]],
  },
  {
    name: "is measured from the fill, slippage included",
    settings: { leverage: null, slippage_bps: 100 },
    order: { action: "buy", take_profit: { amount: "10" } },
    answer: "filled: buy 1 @ 101",
    then: [["110.99", ""], ["111", "sell 1 @ 111"]],
  },
  {
    name: "lies on whole ticks, where it is reached later",
    instrument: { tick_size: "0.5" },
    order: { action: "buy", take_profit: { percent: "3.3" }, stop_loss: { percent: "3.3" } },
    answer: "filled: buy 1 @ 100",
    then: [["103.49", ""], ["96.51", ""], ["96.5", "sell 1 @ 96.5"]],
  },
  {
    name: "with a stop above a long's price is refused",
    order: { action: "buy", stop_loss: { stop_price: "101" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "with a profit above a short's price is refused",
    order: { action: "sell", take_profit: { limit_price: "101" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "is judged at the price that fills: a limit taken at the market below its stop is refused",
    order: { action: "buy", order_type: "limit", limit_price: "110", stop_loss: { stop_price: "105" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "of a long with a loss of more than 100 percent is refused",
    order: { action: "buy", stop_loss: { percent: "101" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "of a short with a profit of more than 100 percent is refused",
    order: { action: "sell", take_profit: { percent: "101" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "with a profit at no possible price is refused",
    order: { action: "buy", take_profit: { percent: "999999999999999999" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "trailing by 100 percent is refused",
    order: { action: "buy", stop_loss: { type: "trailing_stop", trail_percent: "100" } },
    answer: "rejected: invalid_bracket",
  },
  {
    name: "of an entry by limit begins when the entry fills",
    order: { action: "buy", order_type: "limit", limit_price: "98", ...both },
    answer: "accepted",
    then: [["108", ""], ["98", "buy 1 @ 98"], ["107", ""], ["108", "sell 1 @ 108"]],
  },
  {
    name: "of an entry that fills inside a bar is stopped by that bar's adverse extreme",
    order: { action: "buy", order_type: "limit", limit_price: "98", ...both },
    answer: "accepted",
    then: [["100 120 92 119", "buy 1 @ 98, sell 1 @ 93"]],
  },
  {
    name: "of an entry that fills inside a bar is met by the rest of the bar's path",
    order: { action: "buy", order_type: "limit", limit_price: "98", ...both },
    answer: "accepted",
    then: [["100 120 97 101", "buy 1 @ 98, sell 1 @ 108"]],
  },
  {
    name: "of an entry that fills inside a bar takes no profit that the path had before it",
    order: { action: "buy", order_type: "limit", limit_price: "98", ...both },
    answer: "accepted",
    then: [["100 108 91 97", "buy 1 @ 98, sell 1 @ 93"]],
  },
  {
    name: "of an entry that fills inside a bar takes its profit when the close is there",
    order: { action: "buy", order_type: "limit", limit_price: "98", ...both },
    answer: "accepted",
    then: [["100 120 97 109", "buy 1 @ 98, sell 1 @ 108"]],
  },
  {
    name: "of a buy that is gapped past its profit takes it where the market is",
    order: { action: "buy", order_type: "stop", stop_price: "105", take_profit: { limit_price: "110" } },
    answer: "accepted",
    then: [["120", "buy 1 @ 120, sell 1 @ 120"]],
  },
  {
    name: "of a sell that is gapped past its profit takes it where the market is",
    order: { action: "sell", order_type: "stop", stop_price: "95", take_profit: { limit_price: "90" } },
    answer: "accepted",
    then: [["80 88 70 85", "sell 1 @ 80, buy 1 @ 80"]],
  },
  {
    name: "whose trailing stop is born inside a bar follows the rest of its path",
    order: {
      ...{ action: "buy", order_type: "limit", limit_price: "95" },
      stop_loss: { type: "trailing_stop", trail_amount: "5" },
    },
    answer: "accepted",
    then: [["100 110 94 96", "buy 1 @ 95, sell 1 @ 105"]],
  },
  {
    name: "whose trailing stop is born inside a bar does not follow a high from before it",
    order: {
      ...{ action: "buy", order_type: "limit", limit_price: "95" },
      stop_loss: { type: "trailing_stop", trail_amount: "5" },
    },
    answer: "accepted",
    then: [["100 104 94 96", "buy 1 @ 95"], ["91.5", ""], ["91", "sell 1 @ 91"]],
  },
  {
    name: "of an entry that is gapped far away lies where no market comes, and harms nobody",
    order: { action: "sell", order_type: "stop", stop_price: "95", take_profit: { amount: "80" } },
    answer: "accepted",
    then: [["50", "sell 1 @ 50"], ["0.5", ""], ["60", ""]],
  },
]);

deskTest("a bracket shows its legs in the answer", { instrument: { tick_size: "0.5" } }, async (desk) => {
  const { orders } = await desk.buy("2", "100", {
    stop_loss: { percent: "3.3" },
    take_profit: { percent: "3.3" },
  });
  const legs = orders.map(({ leg = "entry", side, quantity, status, limit_price, stop_price }) =>
    [leg, side, quantity, status, limit_price ?? stop_price].filter(Boolean).join(" ")
  );
  equal(legs.join("; "), "entry buy 2 filled; stop_loss sell 2 open 96.5; take_profit sell 2 open 103.5");
});

deskTest("a partial exit shrinks the bracket", {}, async (desk) => {
  await desk.buy("10", "100", both);
  await desk.sell("4", "100");
  equal((await desk.resting()).join(", "), "sell stop_loss 6 @ 95, sell take_profit 6 @ 110");
  equal(fills(await desk.mark("95")), "sell 6 @ 95");
  equal((await desk.resting()).length, 0);
});

deskTest("an exit of all cancels the bracket", {}, async (desk) => {
  await desk.buy("10", "100", both);
  const answer = await desk.close("100");
  equal(
    answer.orders.filter(({ leg }) => leg).map(({ status, reason }) => `${status} ${reason}`).join(", "),
    "canceled position_closed, canceled position_closed",
  );
  equal(fills(await desk.mark("95")), "");
});

deskTest("a flip cancels the old bracket; the new one covers what is open", {}, async (desk) => {
  await desk.buy("10", "100", both);
  await desk.sell("15", "100", both);
  equal((await desk.resting()).join(", "), "buy stop_loss 5 @ 105, buy take_profit 5 @ 90");
  equal(fills(await desk.mark("90")), "buy 5 @ 90");
});

deskTest("a bracket on a trade that only reduces has nothing to protect", {}, async (desk) => {
  await desk.buy("10", "100");
  await desk.sell("4", "100", both);
  equal((await desk.resting()).length, 0);
});

deskTest("two brackets on one position each protect their own entry", {}, async (desk) => {
  await desk.buy("3", "100", { stop_loss: { amount: "5" }, take_profit: { amount: "10" } });
  await desk.buy("2", "102", { stop_loss: { amount: "5" }, take_profit: { amount: "10" } });
  equal(fills(await desk.mark("97")), "sell 2 @ 97");
  equal((await desk.resting()).join(", "), "sell stop_loss 3 @ 95, sell take_profit 3 @ 110");
  equal(fills(await desk.mark("111")), "sell 3 @ 110");
  equal((await desk.resting()).length, 0);
});

deskTest("two stops that one mark reaches both fill, and close no more than there is", {}, async (desk) => {
  await desk.buy("3", "100", both);
  await desk.buy("2", "102", both);
  const answer = await desk.mark("90");
  equal(fills(answer), "sell 3 @ 90, sell 2 @ 90");
  equal(answer.position.quantity, "0");
});

deskTest("a partial exit takes from the older bracket first", {}, async (desk) => {
  await desk.buy("3", "100", { stop_loss: { amount: "5" } });
  await desk.buy("2", "102", { stop_loss: { amount: "5" } });
  await desk.sell("4", "103");
  equal((await desk.resting()).join(", "), "sell stop_loss 1 @ 97");
});

deskTest("exits of one strategy do not touch the bracket of another", {}, async (desk) => {
  await desk.buy("3", "100", { ...both, strategy: "a" });
  await desk.buy("3", "100", { ...both, strategy: "b" });
  await desk.close("100", { strategy: "a" });
  equal((await desk.resting()).join(", "), "sell stop_loss 3 @ 95, sell take_profit 3 @ 110");
  const answer = await desk.mark("110", { strategy: "a" });
  equal(fills(answer), "sell 3 @ 110");
  equal(answer.position.quantity, "0");
});

deskTest("a leg pays the account's fee, not the one its entry's alert named", {
  settings: { leverage: null, fee_per_trade: 2 },
}, async (desk) => {
  const entry = await desk.buy("1", "100", { ...both, fee: "7" });
  equal(entry.fills[0]?.fee, "7");
  equal((await desk.mark("95")).fills[0]?.fee, "2");
});

deskTest("a bracket survives alerts of other symbols in the same batch", {}, async (desk) => {
  const answers = await desk.batch([
    { action: "buy", quantity: "1", price: "100", ...both },
    { action: "buy", quantity: "1", price: "7", symbol: "OTHER" },
    { action: "mark", price: "95" },
    { action: "mark", price: "100" },
  ]);
  equal(answers.map(said).join("; "), "filled: buy 1 @ 100; filled: buy 1 @ 7; filled: sell 1 @ 95; ignored");
});
