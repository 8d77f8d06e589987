import { deepEqual, equal } from "node:assert/strict";
import { Desk } from "../support/desk.ts";
import { book } from "../support/engine.ts";
import {
  askFor,
  buy,
  inLine,
  insist,
  lineTest,
  settled,
  stand,
  statusOf,
  ticketsOf,
  waiting,
} from "../support/line.ts";
import { until } from "../support/locks.ts";
import { connect } from "../support/stack.ts";

lineTest("a holder that is killed while others wait loses nothing", async (desk, holder, crowd) => {
  const sent = await inLine(holder, crowd, desk.account, [
    buy(desk.account),
    buy(desk.account),
    buy(desk.account),
  ]);
  const tickets = ticketsOf(sent);
  const doomed = connect(1);
  const session = await doomed.reserve();
  await session`begin`;
  await session`select public.book_waiting_alerts(${desk.account}, ${tickets.slice(0, 1)}::uuid[])`;
  const [backend] = await session`select pg_backend_pid() as pid`;
  const others = tickets.slice(1).map((ticket) => askFor(crowd, desk.account, [ticket]));
  await until(async () =>
    (await holder`select from pg_locks where locktype = 'advisory' and not granted`).length >= 2
  );
  await holder`select pg_terminate_backend(${backend?.pid})`;
  deepEqual((await Promise.all(others)).flat().map(statusOf), ["filled", "filled"]);
  const [own] = await askFor(crowd, desk.account, tickets.slice(0, 1));
  deepEqual([own?.status, own?.duplicate], ["filled", false]);
  equal((await desk.mark("100")).position.quantity, "3");
  await doomed.end({ timeout: 0 });
});

lineTest(
  "an alert whose sender has given up is not booked, those beside it are",
  async (desk, holder, crowd) => {
    const late = await inLine(holder, crowd, desk.account, [buy(desk.account, { quantity: "7" })], 20);
    const other = await inLine(holder, crowd, desk.account, [buy(desk.account)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    deepEqual((await askFor(crowd, desk.account, ticketsOf(other))).map(statusOf), ["filled"]);
    deepEqual(await askFor(crowd, desk.account, ticketsOf(late)), [null]);
    equal((await desk.mark("100")).position.quantity, "1");
  },
);

lineTest(
  "an alert whose deadline passes while it waits for its turn is not booked",
  async (desk, holder, crowd) => {
    const late = await inLine(holder, crowd, desk.account, [buy(desk.account)], 150);
    await holder.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(trading.lock_id(${`line:${desk.account}`}))`;
      const asked = askFor(crowd, desk.account, ticketsOf(late));
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { asked };
    }).then(async ({ asked }) => deepEqual(await asked, [null]));
    equal((await desk.mark("100")).position.quantity, "0");
  },
);

lineTest(
  "one alert that the database refuses fails alone, and blocks nobody",
  async (desk, holder, crowd) => {
    const alerts = [buy(desk.account), buy(desk.account, { message_id: "m".repeat(201) }), buy(desk.account)];
    const sent = await inLine(holder, crowd, desk.account, alerts);
    const answers = await askFor(crowd, desk.account, ticketsOf(sent));
    deepEqual(answers.map(statusOf), ["filled", "failed", "filled"]);
    equal(answers[1]?.code, "23514");
    equal((await desk.mark("100")).position.quantity, "2");
  },
);

lineTest(
  "an alert whose key somebody holds goes on waiting, and those of other symbols do not",
  async (desk, holder, crowd) => {
    const sent = await holder.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(trading.lock_id(${`trade:${desk.account}:HELD`}))`;
      const sent = await stand(crowd, [buy(desk.account, { symbol: "HELD" }), buy(desk.account)]);
      deepEqual(sent.map(statusOf), ["busy", "filled"]);
      const other = await stand(crowd, [buy(desk.account, { symbol: "OTHER" })]);
      deepEqual((await askFor(crowd, desk.account, ticketsOf(other))).map(statusOf), ["filled"]);
      deepEqual((await askFor(crowd, desk.account, ticketsOf(sent.slice(0, 1)))).map(statusOf), ["busy"]);
      return sent;
    });
    deepEqual((await askFor(crowd, desk.account, ticketsOf(sent.slice(0, 1)))).map(statusOf), ["filled"]);
  },
);

lineTest("an account that does not exist is told so", async (desk) => {
  equal((await insist(desk.sql, buy("nobody's"))).code, "unknown_account");
});

lineTest(
  "who waits without a ticket for one account of a batch cannot wait for each other",
  async (desk, _, crowd) => {
    const other = await Desk.open({}, desk.sql);
    const accounts = [desk.account, other.account];
    const answers = await Promise.all(Array.from({ length: 200 }, async (_, nr) => {
      const names = nr % 2 === 0 ? accounts : accounts.toReversed();
      const sent = await stand(crowd, names.map((account) => buy(account)), 30_000, { wait: true });
      return await Promise.all(sent.map((each) => settled(crowd, each)));
    }));
    equal(answers.flat().filter(({ status }) => status === "filled").length, 400);
    deepEqual(await waiting(desk.sql, other.account), []);
  },
);

lineTest(
  "an answer is given once, and a ticket of another account gets none",
  async (desk, holder, crowd) => {
    const sent = await inLine(holder, crowd, desk.account, [buy(desk.account)]);
    const tickets = ticketsOf(sent);
    deepEqual(await askFor(crowd, "another", tickets), [null]);
    deepEqual((await askFor(crowd, desk.account, tickets)).map(statusOf), ["filled"]);
    deepEqual(await askFor(crowd, desk.account, tickets), [null]);
    const [again] = await book(crowd, [sent[0]?.alert ?? {}]);
    deepEqual([again?.status, again?.duplicate], ["filled", true]);
  },
);

lineTest(
  "what nobody asks for goes at the account's next turn, or by the clock",
  async (desk, holder, crowd) => {
    await inLine(holder, crowd, desk.account, [buy(desk.account)], 1);
    const sent = await inLine(holder, crowd, desk.account, [buy(desk.account)]);
    equal((await waiting(desk.sql, desk.account)).length, 2);
    await askFor(crowd, desk.account, ticketsOf(sent));
    equal((await waiting(desk.sql, desk.account)).length, 0);
    await inLine(holder, crowd, desk.account, [buy(desk.account)], 1);
    // Its millisecond may not be over yet.
    await until(async () => {
      await desk.sql`select public.compact_history()`;
      return (await waiting(desk.sql, desk.account)).length === 0;
    });
  },
);
