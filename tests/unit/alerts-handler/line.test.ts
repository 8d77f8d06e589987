import assert from "node:assert/strict";
import type {
  AlertToBook,
  BookingAnswer,
  BookWaiting,
  SendBatch,
} from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../../../supabase/functions/_shared/alerts/group-commit.ts";
import { alertOf, createDatabase } from "./database.ts";
import { inTime, soon, watch } from "./group-commit-time.ts";
import { filled } from "./harness.ts";

/** The answer to an alert that has to wait; its id is its ticket. */
const toWait = (alert: AlertToBook): BookingAnswer => ({
  ...filled(alert),
  status: "busy",
  ticket: alert.id ?? "",
});
/** A database in which every alert has to wait. */
const toLine: SendBatch = (alerts) => Promise.resolve({ ok: true, answers: alerts.map(toWait) });

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

inTime("an alert that finds nothing held makes one call, and asks for no ticket", async (time) => {
  const { send, bookWaiting, calls, line } = createDatabase();
  const seen = watch(createGroupCommit({ send, bookWaiting })([alertOf("A")], soon()));
  await time.advance(10);
  assert.equal(seen.words(), "filled");
  assert.equal(calls.length, 1);
  assert.equal(line.size, 0);
});

inTime("a busy key waits by itself while the others go on", async (time) => {
  const until = Date.now() + 500;
  const { send, bookWaiting } = createDatabase({ heldUntil: (symbol) => symbol === "BUSY" ? until : 0 });
  const book = createGroupCommit({ send, bookWaiting });
  const busy = watch(book([alertOf("BUSY")], soon()));
  const others = ["A", "B", "C"].map((symbol) => watch(book([alertOf(symbol)], soon())));
  await time.advance(2_200);
  assert.ok(busy.after >= 500 && busy.after < 600, `${busy.after} ms`);
  assert.equal(busy.words(), "filled");
  for (const other of others) assert.ok(other.after < 60, `${other.after} ms`);
});

inTime("an account whose turn takes long holds up no other", async (time) => {
  const send: SendBatch = (alerts) => {
    const answers = alerts.map((alert) => alert.account === "busy" ? toWait(alert) : filled(alert));
    return later(1).then(() => ({ ok: true, answers }));
  };
  const bookWaiting: BookWaiting = async ({ tickets }) => {
    await later(1_200);
    return { ok: true, answers: tickets.map(() => ({ status: "busy", duplicate: false })) };
  };
  const book = createGroupCommit({ send, bookWaiting });
  const busy = watch(book([alertOf("A", "1", "busy")], soon()));
  await time.advance(1_300);
  const others = ["A", "B"].map((symbol) => watch(book([alertOf(symbol)], soon())));
  const behind = watch(book([alertOf("A", "2", "busy")], soon()));
  await time.advance(100);
  assert.deepEqual(others.map(({ after }) => after), [1, 2]);
  assert.equal(behind.outcomes, null);
  await time.advance(5_000);
  assert.deepEqual([busy.words(), busy.after], ["busy", 2_200]);
  assert.deepEqual([behind.words(), behind.after], ["busy", 2_200]);
});

inTime("an array of which one key is busy keeps the answers of the rest", async (time) => {
  const until = Date.now() + 300;
  const { send, bookWaiting, calls } = createDatabase({
    heldUntil: (symbol) => symbol === "BUSY" ? until : 0,
  });
  const book = createGroupCommit({ send, bookWaiting });
  const seen = watch(book(["A", "BUSY", "C"].map((each) => alertOf(each)), soon()));
  await time.advance(1_000);
  const answers = (seen.outcomes ?? []).map((each) => each.kind === "answered" ? each.answer : undefined);
  assert.deepEqual(answers.map((answer) => answer?.alert_id), ["A", "BUSY", "C"]);
  assert.deepEqual(answers.map((answer) => answer?.duplicate), [false, false, false]);
  assert.ok(calls.slice(1).every(({ alerts }) => alerts.length === 1));
});

inTime("who comes to an account in which others wait, comes after them", async (time) => {
  const until = Date.now() + 30;
  const { send, bookWaiting, booked } = createDatabase({ heldUntil: () => until });
  const book = createGroupCommit({ send, bookWaiting });
  for (let nr = 0; nr < 30; nr++) {
    book([alertOf("A", `${nr}`)], soon());
    await time.advance(3);
  }
  await time.advance(1_000);
  assert.deepEqual([...booked], Array.from({ length: 30 }, (_, nr) => `${nr}`));
});

inTime("calls that wait for a turn are few at a time, one an account", async (time) => {
  let most = 0;
  const open = new Map<string, number>();
  const bookWaiting: BookWaiting = async ({ account, tickets }) => {
    open.set(account, (open.get(account) ?? 0) + 1);
    most = Math.max(most, open.size);
    assert.equal(open.get(account), 1);
    await later(400);
    open.delete(account);
    return { ok: true, answers: tickets.map(() => ({ status: "busy", duplicate: false })) };
  };
  const book = createGroupCommit({ send: toLine, bookWaiting });
  for (let nr = 0; nr < 60; nr++) book([alertOf("A", `${nr}`, `account ${nr % 30}`)], soon());
  await time.advance(3_000);
  assert.equal(most, 4);
  assert.equal(open.size, 0);
  assert.equal(time.pending, 0);
});

inTime("each alert may wait for as long as its own sender does", async (time) => {
  const seen: (readonly number[])[] = [];
  const { send, bookWaiting } = createDatabase({ treat: () => ({ latency: 10 }) });
  const book = createGroupCommit({
    bookWaiting,
    send: (alerts, signal, line) => (seen.push(line?.withinMs ?? []), send(alerts, signal, line)),
  });
  book([alertOf("A")], soon(2_000));
  book([alertOf("A", "1"), alertOf("A", "2")], soon(1_000));
  book([alertOf("A", "3")], soon(500));
  await time.advance(100);
  assert.deepEqual(seen, [[2_000], [990, 990, 490]]);
});

inTime("who had to stand in line does so at once, for a second", async (time) => {
  const waits: (boolean | undefined)[] = [];
  const held = Date.now() + 20;
  const { send, bookWaiting } = createDatabase({ heldUntil: (symbol) => symbol === "HELD" ? held : 0 });
  const book = createGroupCommit({
    bookWaiting,
    send: (alerts, signal, line) => (waits.push(line?.wait), send(alerts, signal, line)),
  });
  for (const [symbol, after] of [["A", 10], ["HELD", 500], ["A", 600], ["A", 10]] as const) {
    book([alertOf(symbol)], soon());
    await time.advance(after);
  }
  assert.deepEqual(waits, [true, true, false, true]);
});

inTime("an answer that is lost on its way from the line is asked for again by its ticket", async (time) => {
  const asked: string[] = [];
  const bookWaiting: BookWaiting = ({ tickets }) => {
    asked.push(tickets.join());
    return Promise.resolve(
      asked.length < 3
        ? { ok: false, failure: "unavailable", code: "57014" }
        : { ok: true, answers: tickets.map(() => filled(alertOf("A"))) },
    );
  };
  const seen = watch(createGroupCommit({ send: toLine, bookWaiting })([alertOf("A", "7")], soon()));
  await time.advance(2_000);
  assert.equal(seen.words(), "filled");
  assert.deepEqual(asked, ["7", "7", "7"]);
});

inTime("an alert whose ticket is not known any more is sent again", async (time) => {
  let sent = 0;
  const send: SendBatch = (alerts, ...rest) =>
    ++sent === 1 ? toLine(alerts, ...rest) : Promise.resolve({ ok: true, answers: alerts.map(filled) });
  const bookWaiting: BookWaiting = ({ tickets }) =>
    Promise.resolve({ ok: true, answers: tickets.map(() => null) });
  const seen = watch(createGroupCommit({ send, bookWaiting })([alertOf("A")], soon()));
  await time.advance(100);
  assert.equal(seen.words(), "filled");
  assert.equal(sent, 2);
});

inTime(
  "what the database refuses of a line fails by itself, what it could not do is sent again",
  async (time) => {
    let sent = 0;
    const send: SendBatch = (alerts, ...rest) =>
      ++sent === 1 ? toLine(alerts, ...rest) : Promise.resolve({ ok: true, answers: alerts.map(filled) });
    const bookWaiting: BookWaiting = ({ tickets }) => {
      const answers = tickets.map((ticket) =>
        ticket === "c"
          ? filled(alertOf("A", ticket))
          : { status: "failed" as const, code: ticket === "a" ? "22003" : "40P01" }
      );
      return Promise.resolve({ ok: true, answers });
    };
    const book = createGroupCommit({ send, bookWaiting });
    const seen = watch(book(["a", "b", "c"].map((id) => alertOf("A", id)), soon()));
    await time.advance(1_000);
    assert.equal(seen.words(), "22003 filled filled");
  },
);

inTime("turns that take too long are made smaller", async (time) => {
  const sizes: number[] = [];
  const bookWaiting: BookWaiting = async ({ tickets, atMost }) => {
    sizes.push(atMost);
    await later(sizes.length > 2 ? 10 : 1_100);
    if (sizes.length <= 2) return { ok: false, failure: "unavailable", code: "57014" };
    return { ok: true, answers: tickets.map(() => ({ status: "busy", duplicate: false })) };
  };
  createGroupCommit({ send: toLine, bookWaiting, maxBatch: 40 })([alertOf("A", "1")], soon(10_000));
  await time.advance(4_000);
  assert.deepEqual(sizes.slice(0, 5), [40, 20, 16, 32, 40]);
});
