import { deepEqual, equal } from "node:assert/strict";
import { type Desk, deskTest } from "../support/desk.ts";
import { type Alert, canonical } from "../support/engine.ts";

/** An alert as it is sent, again and again: the same content, so the same hash. */
const content = (more: Alert) => {
  const { account: _, ...alert } = canonical({ price: "100", ...more });
  return alert;
};
const buy = (quantity: string, more: Alert = {}) => content({ action: "buy", quantity, ...more });
const close = (more: Alert = {}) => content({ action: "close", ...more });

/** Sends alerts at seconds of one minute, each alone, and tells what each was: "duplicate" or its status. */
async function sent(desk: Desk, alerts: [second: number, alert: Alert][]): Promise<string[]> {
  const said: string[] = [];
  for (const [second, alert] of alerts) {
    const at = new Date(Date.UTC(2026, 2, 2, 10) + second * 1_000).toISOString();
    const { duplicate, status } = await desk.send({ ...alert, received_at: at });
    said.push(duplicate ? "duplicate" : status);
  }
  return said;
}

const quantity = async (desk: Desk) => (await desk.mark("100")).position.quantity;

deskTest("an id is a label: other contents under it are alerts of their own", {}, async (desk) => {
  const long = { id: "Long" };
  deepEqual(await sent(desk, [[0, buy("1", long)], [1, buy("2", long)], [2, close(long)]]), [
    "filled",
    "filled",
    "filled",
  ]);
});

deskTest(
  "the same content with an id and no time is one alert within dedupe_window, whatever was booked in between",
  {},
  async (desk) => {
    const alert = buy("1", { id: "Long" });
    deepEqual(await sent(desk, [[0, alert], [1, buy("2")], [2, alert], [29, alert], [30, alert]]), [
      "filled",
      "filled",
      "duplicate",
      "duplicate",
      "filled",
    ]);
  },
);

deskTest("buy 3, close, buy 5, close: the second close is a close", {}, async (desk) => {
  const exit = close();
  deepEqual(await sent(desk, [[0, buy("3")], [1, exit], [2, buy("5")], [3, exit]]), [
    "filled",
    "filled",
    "filled",
    "filled",
  ]);
  equal(await quantity(desk), "0");
});

deskTest("buy 3, close, buy 5, close in one batch: the second close is a close", {}, async (desk) => {
  const exit = close();
  const answers = await desk.batch([buy("3"), exit, buy("5"), exit, exit]);
  deepEqual(answers.map(({ duplicate }) => duplicate), [false, false, false, false, true]);
  equal(await quantity(desk), "0");
});

deskTest("a batch sees what was booked before it", {}, async (desk) => {
  const exit = close();
  await desk.batch([buy("3"), exit]);
  const answers = await desk.batch([exit, buy("5"), exit, exit]);
  deepEqual(answers.map(({ duplicate }) => duplicate), [true, false, false, true]);
  await desk.batch([buy("5")]);
  equal((await desk.send(exit)).duplicate, false);
});

deskTest("each repetition that is an alert of its own is told from its own resend", {}, async (desk) => {
  const exit = close();
  const steps: [number, Alert][] = [];
  for (let round = 0; round < 12; round++) {
    steps.push([round, buy(String(round + 1))], [round, exit], [round, exit]);
  }
  const said = await sent(desk, steps);
  deepEqual(new Set(said.filter((_, index) => index % 3 === 2)), new Set(["duplicate"]));
  deepEqual(new Set(said.filter((_, index) => index % 3 === 1)), new Set(["filled"]));
});

deskTest(
  "a resend is the same alert as the newest of its content, across the window's bounds",
  {},
  async (desk) => {
    const exit = close();
    deepEqual(
      await sent(desk, [[1, buy("3")], [2, exit], [3, buy("5")], [20, exit], [35, exit], [49, exit], [
        50,
        exit,
      ]]),
      ["filled", "filled", "filled", "filled", "duplicate", "duplicate", "ignored"],
    );
  },
);

deskTest("a mark, a refused alert, another symbol and another strategy are not in between", {
  settings: { leverage: 1 },
}, async (desk) => {
  const entry = buy("3");
  deepEqual(
    await sent(desk, [
      [0, entry],
      [1, content({ action: "mark" })],
      [2, buy("99999")],
      [3, buy("1", { symbol: "OTHER" })],
      [4, buy("1", { strategy: "other" })],
      [5, entry],
    ]),
    ["filled", "ignored", "rejected", "filled", "filled", "duplicate"],
  );
});

deskTest("an order that rests, and a cancel, are in between", {}, async (desk) => {
  const cancel = content({ action: "cancel", price: undefined });
  const limit = (price: string) => buy("1", { order_type: "limit", limit_price: price });
  deepEqual(await sent(desk, [[0, limit("90")], [1, cancel], [2, limit("91")], [3, cancel]]), [
    "accepted",
    "canceled",
    "accepted",
    "canceled",
  ]);
  deepEqual(await desk.resting(), []);
});

deskTest("a halt is in between two resumes", {}, async (desk) => {
  const [halt, resume] = [content({ action: "halt" }), content({ action: "resume" })];
  const said = await sent(desk, [[0, halt], [1, resume], [2, halt], [3, resume], [4, resume]]);
  deepEqual(said, ["accepted", "accepted", "accepted", "accepted", "duplicate"]);
});

deskTest("a mark with a label only is never the same as another", {}, async (desk) => {
  const mark = content({ action: "mark", id: "tick" });
  deepEqual(await sent(desk, [[0, mark], [1, mark]]), ["ignored", "ignored"]);
});

deskTest("what was booked after a replayed close is replayed too", {}, async (desk) => {
  const exit = close();
  await sent(desk, [[0, buy("3")], [1, exit], [2, buy("5")], [3, exit], [4, exit], [5, buy("7")]]);
  const copy = `${desk.account}-copy`;
  await desk.sql`select public.replay_account(${desk.account}, ${copy})`;
  const fills = async (account: string) =>
    (await desk.sql`select side, quantity from public.list_fills(${account})`)
      .map(({ side, quantity }) => `${side} ${quantity}`);
  deepEqual(await fills(copy), await fills(desk.account));
  deepEqual(await fills(copy), ["buy 7", "sell 5", "buy 5", "sell 3", "buy 3"]);
});

deskTest("every suppressed duplicate leaves a trace that list_alerts shows", {}, async (desk) => {
  const entry = buy("1", { request_id: "req-1", key_id: "desk" });
  await sent(desk, [[0, entry], [1, { ...entry, request_id: "req-2" }], [7, entry]]);
  await desk.batch([buy("2"), close()]);
  const rows = await desk.sql`
    select l.duplicates, l.last_duplicate_at from public.list_alerts(${desk.account}) l order by l.id::bigint`;
  deepEqual([...rows], [
    { duplicates: 2, last_duplicate_at: new Date("2026-03-02T10:00:07Z") },
    { duplicates: 0, last_duplicate_at: null },
    { duplicates: 0, last_duplicate_at: null },
  ]);
  const traces = await desk.sql`
    select d.request_id, d.key_id from trading.duplicates d join trading.accounts a on a.id = d.account_id
    where a.name = ${desk.account} order by d.nr`;
  deepEqual([...traces], [{ request_id: "req-2", key_id: "desk" }, { request_id: "req-1", key_id: "desk" }]);
});

deskTest("a duplicate inside one batch leaves its trace; a conflict is no duplicate", {}, async (desk) => {
  const entry = buy("1", { idempotency_key: "one" });
  await desk.batch([entry, entry, buy("2", { idempotency_key: "one" })]);
  const rows = await desk.sql`select l.duplicates from public.list_alerts(${desk.account}) l`;
  deepEqual([...rows], [{ duplicates: 1 }]);
});
