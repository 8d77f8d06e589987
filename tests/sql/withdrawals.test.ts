import { equal, rejects } from "node:assert/strict";
import { type Desk, deskTest } from "../support/desk.ts";

const withdraw = (desk: Desk, amount: string) =>
  desk.sql`select public.withdraw(${desk.account}, ${amount}::text::numeric)`;

const margin = { settings: { leverage: 1 }, cash: "1000" };

deskTest("all cash may be withdrawn when nothing is held", margin, async (desk) => {
  await withdraw(desk, "1000");
  const [account] = await desk.sql`select cash from public.portfolio_summary(${desk.account})`;
  equal(account?.cash, "0");
});

deskTest("more than the cash may not be withdrawn", margin, async (desk) => {
  await rejects(withdraw(desk, "1000.01"), /not enough free cash: 1000 is there/);
});

deskTest("the proceeds of a short are not free", margin, async (desk) => {
  await desk.sell("10", "100");
  await rejects(withdraw(desk, "2000"), /not enough free cash: 0 is there/);
});

deskTest("what a loss has eaten is not free", { settings: { leverage: 2 }, cash: "1000" }, async (desk) => {
  await desk.sell("5", "100");
  await desk.mark("120");
  // Equity is 900 and carries an exposure of 600 at leverage 2.
  await rejects(withdraw(desk, "600.01"), /not enough free cash: 600 is there/);
  await withdraw(desk, "600");
});
