import { deepEqual, equal, ok } from "node:assert/strict";
import { Desk } from "../support/desk.ts";
import { book, canonical } from "../support/engine.ts";
import {
  askFor,
  buy,
  inLine,
  insist,
  lineTest,
  type Sent,
  stand,
  statusOf,
  ticketsOf,
  waiting,
  whileHeld,
} from "../support/line.ts";
import { until } from "../support/locks.ts";

lineTest("a lone alert of a free account is booked at once and leaves no row in line", async (desk) => {
  const [answer] = await stand(desk.sql, [buy(desk.account)]);
  equal(answer?.status, "filled");
  equal(answer?.ticket, undefined);
});

lineTest("400 alerts by 16 senders are booked exactly once each", async (desk, _, crowd) => {
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, nr) =>
      insist(
        crowd,
        buy(desk.account, { action: nr % 4 === 0 ? "sell" : "buy", symbol: `S${nr % 3}`, fee: "0.01" }),
      )),
  );
  equal(answers.filter(({ status, duplicate }) => status === "filled" && !duplicate).length, 400);
  equal(new Set(answers.map(({ alert_id }) => alert_id)).size, 400);
  const [row] = await desk.sql`select sum(p.quantity)::int as held from trading.positions p
    join trading.accounts a on a.id = p.account_id where a.name = ${desk.account}`;
  equal(row?.held, 200);
  equal((await desk.mark("100")).cash, "79996");
});

lineTest("an alert that 16 send at once is booked once, and all get its answer", async (desk, _, crowd) => {
  const alert = canonical(buy(desk.account));
  const answers = await Promise.all(Array.from({ length: 64 }, () => insist(crowd, alert)));
  equal(answers.filter(({ duplicate }) => !duplicate).length, 1);
  equal(new Set(answers.map(({ alert_id }) => alert_id)).size, 1);
});

lineTest(
  "one turn books all that wait, in order of arrival, whoever sent them",
  async (desk, holder, crowd) => {
    const sent: Sent[] = [];
    await whileHeld(holder, desk.account, async () => {
      for (let nr = 0; nr < 10; nr++) {
        sent.push(...await stand(crowd, [buy(desk.account, { quantity: `${nr + 1}` })]));
      }
    });
    const [last] = await askFor(crowd, desk.account, ticketsOf(sent.slice(-1)));
    equal(last?.status, "filled");
    equal((await waiting(desk.sql, desk.account)).filter(({ answered }) => !answered).length, 0);
    const answers = await askFor(crowd, desk.account, ticketsOf(sent.slice(0, -1)));
    const quantities = [...answers, last].sort((a, b) => Number(a?.alert_id) - Number(b?.alert_id))
      .map((answer) => answer?.fills[0]?.quantity);
    deepEqual(quantities, Array.from({ length: 10 }, (_, nr) => `${nr + 1}`));
  },
);

lineTest(
  "who comes to a free account in which others wait, waits behind them",
  async (desk, holder, crowd) => {
    const first = await inLine(holder, crowd, desk.account, [buy(desk.account)]);
    const second = await stand(crowd, [buy(desk.account, { symbol: "OTHER" })]);
    equal(second[0]?.status, "busy");
    const [b] = await askFor(crowd, desk.account, ticketsOf(second));
    const [a] = await askFor(crowd, desk.account, ticketsOf(first));
    ok(Number(a?.alert_id) < Number(b?.alert_id));
  },
);

lineTest("a batch that waits is booked in its order, with an answer each", async (desk, holder, crowd) => {
  const alerts = [
    buy(desk.account, { quantity: "3" }),
    buy(desk.account, { action: "close", quantity: undefined }),
    buy(desk.account),
  ];
  const sent = await inLine(holder, crowd, desk.account, alerts);
  const answers = await askFor(crowd, desk.account, ticketsOf(sent));
  deepEqual(answers.map((answer) => answer?.position.quantity), ["3", "0", "1"]);
});

lineTest("two accounts do not wait for each other, not even in one batch", async (desk, holder, crowd) => {
  const other = await Desk.open({}, desk.sql);
  const sent = await whileHeld(holder, desk.account, async () => {
    const sent = await stand(crowd, [buy(desk.account), buy(other.account)]);
    deepEqual(sent.map(statusOf), ["busy", "filled"]);
    deepEqual((await stand(crowd, [buy(other.account)])).map(statusOf), ["filled"]);
    return sent;
  });
  deepEqual((await stand(crowd, [buy(other.account)])).map(statusOf), ["filled"]);
  await askFor(crowd, desk.account, ticketsOf(sent.slice(0, 1)));
});

lineTest(
  "the first that has to wait waits without a ticket, the second stands in line",
  async (desk, holder, crowd) => {
    const first = Promise.withResolvers<Sent[]>();
    const sent = await whileHeld(holder, desk.account, async () => {
      stand(crowd, [buy(desk.account)], 30_000, { wait: true }).then(first.resolve, first.reject);
      await until(async () =>
        (await desk.sql`select from pg_locks where locktype = 'tuple'
      and relation = 'trading.accounts'::regclass`).length > 0
      );
      return await stand(crowd, [buy(desk.account)], 30_000, { wait: true });
    });
    deepEqual((await first.promise).map(statusOf), ["filled"]);
    deepEqual(sent.map(statusOf), ["busy"]);
    deepEqual((await askFor(crowd, desk.account, ticketsOf(sent))).map(statusOf), ["filled"]);
  },
);

lineTest("a preview stands in no line, and is answered while others do", async (desk, holder, crowd) => {
  const sent = await inLine(holder, crowd, desk.account, [buy(desk.account)]);
  const alerts = JSON.stringify([canonical(buy(desk.account))]);
  const [row] = await desk.sql`select public.preview_alerts(${alerts}::text::jsonb) as answers`;
  equal(row?.answers[0].status, "filled");
  equal((await waiting(desk.sql, desk.account)).length, 1);
  equal((await askFor(crowd, desk.account, ticketsOf(sent)))[0]?.position.quantity, "1");
});

lineTest("who books without a ticket books as before, whoever waits", async (desk, holder, crowd) => {
  const sent = await inLine(holder, crowd, desk.account, [buy(desk.account)]);
  equal((await book(crowd, [buy(desk.account)]))[0]?.status, "filled");
  equal((await askFor(crowd, desk.account, ticketsOf(sent)))[0]?.position.quantity, "2");
});
