import { deepEqual, equal } from "node:assert/strict";
import { deskTest } from "../support/desk.ts";
import { said } from "../support/order-cases.ts";

const stop = (stop_price: string, more: Record<string, unknown> = {}) => ({
  stop_loss: { type: "stop", stop_price },
  ...more,
});

deskTest(
  "a lone stop loss at a tenth of the price and below is no price: it is refused with its path",
  {},
  async (desk) => {
    const refused = await desk.buy("1", "9690", stop("1"));
    equal(said(refused), "rejected: stop_too_far");
    equal((refused as unknown as { path: string }).path, "stop_loss");
    equal(said(await desk.buy("1", "9690", stop("968"))), "rejected: stop_too_far");
    equal(said(await desk.buy("1", "9690", stop("970"))), "filled: buy 1 @ 9690");
  },
);

deskTest("a stop loss of a short is judged alike, on its side", {}, async (desk) => {
  equal(said(await desk.sell("1", "100", stop("1001"))), "rejected: stop_too_far");
  equal(said(await desk.sell("1", "100", stop("999"))), "filled: sell 1 @ 100");
});

deskTest("beside a take profit, a far stop is meant", {}, async (desk) => {
  const both = stop("0.05", { take_profit: { limit_price: "9" } });
  equal(said(await desk.buy("1", "4.2", both)), "filled: buy 1 @ 4.2");
});

deskTest(
  "an account may say how far, or anything",
  { settings: { leverage: null, max_stop_distance: 50 } },
  async (desk) => {
    equal(said(await desk.buy("1", "100", stop("49"))), "rejected: stop_too_far");
    await desk.set({ max_stop_distance: null });
    equal(said(await desk.buy("1", "100", stop("0.01"))), "filled: buy 1 @ 100");
  },
);

deskTest(
  "how the alerts of accounts are to be read is answered by account, decimals as strings",
  {},
  async (desk) => {
    const read = async (account: string) => {
      const [row] = await desk.sql`select public.reading_settings(array[${account}, 'nobody']) as settings`;
      deepEqual(Object.keys(row?.settings).filter((name) => name !== desk.account), []);
      const { nonpositive_symbols: _ofAllTests, ...own } = row?.settings[account] ?? {};
      return own;
    };
    deepEqual(await read(desk.account), {
      unknown_fields: "refuse",
      default_quantity: null,
      default_quantity_type: "units",
    });
    await desk.set({
      unknown_fields: "ignore",
      default_quantity: "0.10",
      default_quantity_type: "percent_of_equity",
    });
    deepEqual(await read(desk.account), {
      unknown_fields: "ignore",
      default_quantity: "0.1",
      default_quantity_type: "percent_of_equity",
    });
    deepEqual(await read("nobody of that name"), {});
  },
);
