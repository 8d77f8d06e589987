import { deepEqual, equal } from "node:assert/strict";
import { Desk, deskTest } from "../support/desk.ts";

const played = { settings: { leverage: null, clock: "alert" } };
const at = (time: string) => ({ time: `2026-03-0${time}Z` });

deskTest("on the alerts' clock fills, trades and equity lie at the alerts' times", played, async (desk) => {
  await desk.buy("10", "100", at("2T10:00:00"));
  await desk.mark("104", at("3T10:00:00"));
  await desk.close("105", at("4T10:00:00"));
  const [trade] = await desk.sql`select opened_at, closed_at from public.list_trades(${desk.account})`;
  equal(trade?.opened_at.toISOString(), "2026-03-02T10:00:00.000Z");
  equal(trade?.closed_at.toISOString(), "2026-03-04T10:00:00.000Z");
  const curve = await desk.sql`select time, close from public.equity_curve(${desk.account}, 'day')`;
  equal(
    curve.map(({ time, close }) => `${time.toISOString().slice(0, 10)} ${close}`).join(", "),
    "2026-03-02 100000, 2026-03-03 100040, 2026-03-04 100050",
  );
});

deskTest(
  "on the alerts' clock a day order ends with its day, and none is too old for its max_age",
  played,
  async (desk) => {
    const old = await desk.buy("1", "100", { ...at("2T10:00:00"), max_age: 60 });
    equal(old.status, "filled");
    const limit = { order_type: "limit", limit_price: "95", time_in_force: "day" };
    await desk.buy("1", "100", { ...limit, ...at("2T11:00:00") });
    equal((await desk.mark("94", at("3T00:00:00"))).fills.length, 0);
    equal((await desk.resting()).length, 0);
  },
);

deskTest("on the alerts' clock an alert out of order is still stale", played, async (desk) => {
  await desk.buy("1", "100", at("3T10:00:00"));
  equal((await desk.buy("1", "100", at("2T10:00:00"))).code, "stale_alert");
});

deskTest("an alert without a time, or with one to come, happens as it arrives", played, async (desk) => {
  await desk.buy("1", "100");
  await desk.buy("1", "100", { time: "2099-01-01T00:00:00Z" });
  const [{ late } = { late: null }] = await desk.sql`
    select count(*)::int as late from public.list_fills(${desk.account}) f where f.filled_at > now() - interval '1 minute'`;
  equal(late, 2);
});

deskTest("without that setting an alert's time changes nothing of when it happens", {}, async (desk) => {
  await desk.buy("1", "100", at("2T10:00:00"));
  const [{ late } = { late: null }] = await desk.sql`
    select count(*)::int as late from public.list_fills(${desk.account}) f where f.filled_at > now() - interval '1 minute'`;
  equal(late, 1);
});

deskTest("on the alerts' clock a batch may come back to a minute that it had left", played, async (desk) => {
  const alerts = [["AA", "100", "10:00:00"], ["AB", "100", "10:01:00"], ["AA", "90", "10:00:30"], [
    "AB",
    "100",
    "10:01:30",
  ]]
    .map(([symbol, price, time]) => ({ action: "buy", quantity: "1", symbol, price, ...at(`2T${time}`) }));
  const one = await Desk.open(played, desk.sql);
  for (const alert of alerts) await one.send(alert);
  deepEqual((await desk.batch(alerts)).map(({ status }) => status), alerts.map(() => "filled"));
  const bars = async ({ account }: Desk) => [
    ...await desk
      .sql`select time, open, high, low, close, exposure from public.equity_curve(${account}, 'minute')`,
  ];
  equal((await bars(desk)).length, 2);
  deepEqual(await bars(desk), await bars(one));
});
