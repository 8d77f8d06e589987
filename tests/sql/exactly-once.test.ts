import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Answer } from "../support/alerts.ts";
import { type Desk, deskTest } from "../support/desk.ts";
import { type Alert, book, canonical } from "../support/engine.ts";
import { storedRows } from "../support/ledger.ts";
import { said } from "../support/order-cases.ts";
import { unique } from "../support/stack.ts";

/** An alert as it is sent, again and again: the same content, so the same hash. */
const message = (more: Record<string, unknown> = {}) => {
  const { account: _, ...alert } = canonical({ action: "buy", quantity: "1", price: "100", ...more });
  return alert;
};

/** The second answer is the first one, but for `duplicate`. */
function assertDuplicate(second: Answer | undefined, first: Answer | undefined): void {
  deepEqual(second, { ...first, duplicate: true });
}

deskTest("an alert with an idempotency_key is booked once, whenever it comes again", {}, async (desk) => {
  const alert = message({ idempotency_key: "order-1" });
  const first = await desk.send({ ...alert, received_at: "2026-03-02T10:00:00Z" });
  assertDuplicate(await desk.send({ ...alert, received_at: "2026-03-09T10:00:00Z" }), first);
  equal((await desk.buy("1", "100")).position.quantity, "2");
});

deskTest(
  "the same key with another content is a conflict that names it, and changes nothing",
  {},
  async (desk) => {
    const long = "order-1".repeat(20);
    const first = await desk.send(message({ idempotency_key: long }));
    const before = await storedRows(desk.sql, desk.account);
    const conflict = await desk.send(message({ idempotency_key: long, quantity: "7" }));
    equal(said(conflict), "rejected: id_conflict");
    equal(conflict.message, `idempotency_key ${long.slice(0, 40)} was used by a different alert`);
    equal(conflict.position.quantity, first.position.quantity);
    deepEqual(await storedRows(desk.sql, desk.account), before);
  },
);

deskTest("the same key may be used in another account", {}, async (desk) => {
  const other = unique("acct");
  await desk.sql`select public.create_account(${other})`;
  await desk.send(message({ idempotency_key: "order-1" }));
  const answer = await desk.send({
    ...message({ idempotency_key: "order-1", quantity: "7" }),
    account: other,
  });
  equal(answer.position.quantity, "7");
});

deskTest("the same content with the same time is booked once, for good", {}, async (desk) => {
  const alert = message({ time: "2026-03-02T10:00:00Z" });
  const first = await desk.send({ ...alert, received_at: "2026-03-02T10:00:01Z" });
  assertDuplicate(await desk.send({ ...alert, received_at: "2027-03-02T10:00:01Z" }), first);
});

deskTest("the same content with another time is another alert", {}, async (desk) => {
  await desk.send(message({ time: "2026-03-02T10:00:00Z" }));
  equal((await desk.send(message({ time: "2026-03-02T10:00:01Z" }))).position.quantity, "2");
});

deskTest(
  "the same content without name and time is one alert within dedupe_window, and another after it",
  {},
  async (desk) => {
    const alert = message();
    const at = (time: string) => desk.send({ ...alert, received_at: `2026-03-02T${time}Z` });
    const first = await at("10:00:29");
    assertDuplicate(await at("10:00:31"), first);
    assertDuplicate(await at("10:00:58.999"), first);
    const next = await at("10:00:59");
    equal(next.duplicate, false);
    assertDuplicate(await at("10:01:28.999"), next);
    equal((await at("10:01:29")).position.quantity, "3");
  },
);

deskTest(
  "dedupe_window is the account's to set",
  { settings: { leverage: null, dedupe_window: 5 } },
  async (desk) => {
    const alert = message();
    const at = (time: string) => desk.send({ ...alert, received_at: `2026-03-02T${time}Z` });
    await at("10:00:00");
    equal((await at("10:00:04.999")).duplicate, true);
    equal((await at("10:00:05")).duplicate, false);
  },
);

deskTest(
  "a price that comes back within dedupe_window is a mark of its own, and fills what waits for it",
  {},
  async (desk) => {
    const mark = message({ action: "mark", quantity: undefined, price: "94" });
    const at = (second: string, alert: Alert) =>
      desk.send({ ...alert, received_at: `2026-03-02T10:00:${second}Z` });
    await at("01", mark);
    await at("02", { action: "buy", quantity: "1", order_type: "limit", limit_price: "95", price: "96" });
    const again = await at("03", mark);
    equal(again.duplicate, false);
    equal(again.position.quantity, "1");
    const inOneBatch = await desk.batch([mark, mark]);
    deepEqual(inOneBatch.map(({ duplicate }) => duplicate), [false, false]);
  },
);

deskTest("a halt that is asked for again halts again, whatever came between", {}, async (desk) => {
  const [halt, resume] = ["halt", "resume"].map((action) => message({ action, quantity: undefined })) as [
    Alert,
    Alert,
  ];
  await desk.batch([halt, resume]);
  const again = await desk.send(halt);
  equal(again.duplicate, false);
  equal((await desk.buy("1", "100")).code, "account_halted");
});

deskTest("a mark or halt with a name or a time is booked once, as any alert", {}, async (desk) => {
  for (const action of ["mark", "halt"]) {
    for (const same of [{ idempotency_key: `one-${action}` }, { time: "2026-03-02T10:00:00Z" }]) {
      const alert = message({ action, quantity: undefined, ...same });
      const first = await desk.send(alert);
      assertDuplicate(await desk.send(alert), first);
    }
  }
});

deskTest("a message that comes twice in one batch is booked once", {}, async (desk) => {
  const [named, time, plain] = [
    message({ idempotency_key: "x" }),
    message({ time: "2026-03-02T10:00:00Z" }),
    message(),
  ];
  const answers = await desk.batch([named, time, plain, plain, time, named]);
  assertDuplicate(answers[3], answers[2]);
  assertDuplicate(answers[4], answers[1]);
  assertDuplicate(answers[5], answers[0]);
  equal(answers[2]?.position.quantity, "3");
});

deskTest(
  "two contents under one key in one batch: the first is booked, the second is a conflict",
  {},
  async (desk) => {
    const answers = await desk.batch([
      message({ idempotency_key: "x" }),
      message({ idempotency_key: "x", quantity: "7" }),
      message({ idempotency_key: "y" }),
    ]);
    equal(answers.map(said).join("; "), "filled: buy 1 @ 100; rejected: id_conflict; filled: buy 1 @ 100");
  },
);

deskTest("a refused alert that comes again gets its refusal again, even when it could now be booked", {
  settings: { leverage: 1 },
  cash: "50",
}, async (desk) => {
  const alert = message({ idempotency_key: "order-1" });
  const first = await desk.send(alert);
  equal(said(first), "rejected: insufficient_funds");
  await desk.sql`select public.deposit(${desk.account}, 1000)`;
  assertDuplicate(await desk.send(alert), first);
});

deskTest("a duplicate is answered with the account as it was then", {}, async (desk) => {
  const alert = message({ idempotency_key: "order-1" });
  const first = await desk.send(alert);
  await desk.sell("5", "90");
  const again = await desk.send(alert);
  assertDuplicate(again, first);
  equal(again.position.quantity, "1");
});

deskTest("a reset account books an idempotency_key anew", {}, async (desk) => {
  const alert = message({ idempotency_key: "order-1" });
  await desk.send(alert);
  await desk.sql`select public.reset_account(${desk.account})`;
  const again = await desk.send(alert);
  equal(again.duplicate, false);
  equal(again.cash, "99900");
});

deskTest(
  "every alert is kept with its answer, a refused one with the reason",
  { settings: {} },
  async (desk) => {
    await desk.buy("1", "100", { comment: "kept" });
    await desk.buy("1000000", "100");
    const rows = await desk
      .sql`select l.status, l.code, l.request ->> 'comment' as comment, l.answer ->> 'status' as answered
    from trading.alerts l join trading.accounts a on a.id = l.account_id where a.name = ${desk.account} order by l.id`;
    deepEqual([...rows], [
      { status: "filled", code: null, comment: "kept", answered: "filled" },
      { status: "rejected", code: "insufficient_funds", comment: null, answered: "rejected" },
    ]);
  },
);

deskTest("an unknown account is refused, and the rest of its batch is booked", {}, async (desk) => {
  const answers = await desk.batch([message(), { ...message(), account: unique("nobody") }, message()]);
  equal(answers.map(said).join("; "), "filled: buy 1 @ 100; rejected: unknown_account; filled: buy 1 @ 100");
});

deskTest("an empty batch is answered by an empty array", {}, async (desk) => {
  deepEqual(await book(desk.sql, []), []);
});

deskTest("one batch may span accounts; the answers keep its order", {}, async (desk) => {
  const other = unique("acct");
  await desk.sql`select public.create_account(${other}, settings => '{"leverage": null}')`;
  const answers = await desk.batch([1, 2, 3, 4].map((nr) => ({
    ...message({ quantity: String(nr) }),
    ...nr % 2 === 0 ? { account: other } : {},
  })));
  equal(answers.map(({ position }) => position.quantity).join(), "1,2,4,6");
});

/** Everything a preview must not touch, for all accounts. */
const counts = async ({ sql, account }: Desk) => ({
  rows: await storedRows(sql, account),
  version: [...await sql`select a.version from trading.accounts a where a.name = ${account}`],
});

deskTest("a preview answers what would be booked, and writes nothing", {}, async (desk) => {
  await desk.buy("5", "100", { stop_loss: { amount: "5" } });
  const before = await counts(desk);
  const alert = message({ action: "sell", quantity: "9", stop_loss: { amount: "1" } });
  const alerts = [{ ...alert, account: desk.account, symbol: desk.symbol }];
  const [row] = await desk.sql`select public.preview_alerts(${
    JSON.stringify(alerts)
  }::text::jsonb) as answers`;
  deepEqual(await counts(desk), before);

  const { alert_id: _, orders: __, fills: ___, ...preview } = row?.answers[0];
  const { alert_id: _a, orders: _b, fills: _c, ...booked } = await desk.send(alert);
  deepEqual(preview, booked, "the preview said what then happened");
});

deskTest(
  "what a direct caller leaves out is understood: the default account, no strategy, no symbol",
  {},
  async (desk) => {
    const [answer] = await book(desk.sql, [{ action: "mark", account: null, strategy: null, symbol: null }]);
    equal(`${answer?.account}/${answer?.strategy}/${answer?.symbol}`, "default//");
  },
);

deskTest(
  "a batch with an alert that no validator lets through is refused whole, and leaves nothing",
  {},
  async (desk) => {
    await desk.buy("1", "100");
    const before = await storedRows(desk.sql, desk.account);
    for (
      const bad of [{ price: "NaN" }, { price: "-1e18" }, { quantity: "1e-19" }, { fee: "NaN" }, {
        strategy: "x".repeat(65),
      }]
    ) {
      await rejects(desk.batch([message(), message(bad), message()]), JSON.stringify(bad));
      deepEqual(await storedRows(desk.sql, desk.account), before);
    }
  },
);

const signed = (more: Record<string, unknown> = {}) => message({ message_id: "desk:msg_1", ...more });

deskTest(
  "a signed message books once, with a key of its own or without, and not again after a reset",
  {},
  async (desk) => {
    for (const alert of [signed(), signed({ idempotency_key: "mine", message_id: "desk:msg_2" })]) {
      const first = await desk.send(alert);
      assertDuplicate(await desk.send(alert), first);
      await desk.sql`select public.reset_account(${desk.account})`;
      assertDuplicate(await desk.send(alert), first);
      const [again, twice] = await desk.batch([alert, alert]);
      assertDuplicate(again, first);
      assertDuplicate(twice, first);
    }
    equal((await desk.buy("1", "100")).position.quantity, "1", "the caught messages moved nothing");
  },
);

deskTest("nobody takes the name of a signed message by a key that looks like it", {}, async (desk) => {
  for (const idempotency_key of ["desk:msg_1", "signed:desk:msg_1", "webhook:desk:msg_1"]) {
    await desk.send(message({ idempotency_key }));
  }
  const booked = await desk.send(signed());
  equal(booked.duplicate, false);
  equal(booked.position.quantity, "4");
});

deskTest("another content under the name of a signed message is a conflict", {}, async (desk) => {
  await desk.send(signed());
  for (const more of [{}, { idempotency_key: "mine" }]) {
    const conflict = await desk.send(signed({ quantity: "7", ...more }));
    equal(said(conflict), "rejected: id_conflict");
    equal(conflict.message, "webhook-id msg_1 was used by a different alert");
  }
});
