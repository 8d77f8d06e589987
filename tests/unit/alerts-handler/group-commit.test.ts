import assert from "node:assert/strict";
import type { AlertToBook, BatchResult } from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../../../supabase/functions/_shared/alerts/group-commit.ts";
import type { Outcome } from "../../../supabase/functions/_shared/alerts/entry.ts";
import { filled } from "./harness.ts";
import { withFakeTime } from "../../support/fake-time.ts";

// A pause of the group commit may outlast the answer at the deadline; nothing waits for it.
const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

const alert = (symbol: string): AlertToBook => ({ symbol, account: "default", strategy: "" }) as AlertToBook;
/** Not before a machine that stalls has gone on. */
const soon = () => Date.now() + 30_000;

/** A database whose calls the test answers one by one. */
function createDesk() {
  const calls: { symbols: string[]; answer(result?: BatchResult): void }[] = [];
  const send = (alerts: readonly AlertToBook[]) =>
    new Promise<BatchResult>((resolve) => {
      const answers = alerts.map(filled);
      calls.push({
        symbols: alerts.map(({ symbol }) => symbol),
        answer: (result = { ok: true, answers }) => resolve(result),
      });
    });
  /** Waits for a call to have been made. */
  const call = async (number: number) => {
    for (let turn = 0; turn < 200; turn++) {
      const made = calls[number];
      if (made !== undefined) return made;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return assert.fail(`call ${number} was not made`);
  };
  return { calls, send, call };
}

const kinds = (outcomes: Outcome[]) => outcomes.map(({ kind }) => kind);
const symbols = (outcomes: Outcome[]) =>
  outcomes.map((outcome) => outcome.kind === "answered" ? outcome.answer.symbol : outcome.kind);
const lost: BatchResult = { ok: false, failure: "unavailable", code: "no_answer" };
const refused: BatchResult = { ok: false, failure: "rejected", code: "22003" };

test("a lone alert is sent at once", () => {
  const { calls, send } = createDesk();
  const book = createGroupCommit({ send });
  const outcome = book([alert("A")], soon());
  assert.deepEqual(calls.map((call) => call.symbols), [["A"]]);
  calls[0]?.answer();
  return outcome.then((outcomes) => assert.deepEqual(symbols(outcomes), ["A"]));
});

test("alerts that arrive while a call is in flight go together in the next, each to its own sender", async () => {
  const { send, call } = createDesk();
  const book = createGroupCommit({ send });
  const waiting = ["A", "B", "C", "D"].map((symbol) => book([alert(symbol)], soon()));
  (await call(0)).answer();
  const second = await call(1);
  assert.deepEqual(second.symbols, ["B", "C", "D"]);
  second.answer();
  assert.deepEqual((await Promise.all(waiting)).map(symbols), [["A"], ["B"], ["C"], ["D"]]);
});

test("a batch is bounded", async () => {
  const { send, call } = createDesk();
  const book = createGroupCommit({ send, maxBatch: 3 });
  const waiting = [["A"], ["B", "C"], ["D", "E"], ["F"]].map((each) => book(each.map(alert), soon()));
  for (let number = 0; number < 3; number++) {
    const { symbols: sent, answer } = await call(number);
    assert.ok(sent.length <= 3);
    answer();
  }
  assert.deepEqual((await Promise.all(waiting)).map(symbols), [["A"], ["B", "C"], ["D", "E"], ["F"]]);
});

test("data that the database refuses fails its own request only", async () => {
  const { send, call } = createDesk();
  const book = createGroupCommit({ send });
  const waiting = ["A", "B", "BAD", "C"].map((symbol) => book([alert(symbol)], soon()));
  (await call(0)).answer();
  (await call(1)).answer(refused);
  for (let number = 2; number < 5; number++) {
    const { symbols: sent, answer } = await call(number);
    assert.equal(sent.length, 1);
    answer(sent[0] === "BAD" ? refused : undefined);
  }
  assert.deepEqual((await Promise.all(waiting)).map(symbols), [["A"], ["B"], ["rejected"], ["C"]]);
});

test("a lost answer is asked for again with the same alerts", async () => {
  const { send, call } = createDesk();
  const outcome = createGroupCommit({ send })([alert("A")], soon());
  (await call(0)).answer(lost);
  const second = await call(1);
  assert.deepEqual(second.symbols, ["A"]);
  second.answer();
  assert.deepEqual(symbols(await outcome), ["A"]);
});

test("a database that is away is given up by the deadline", () =>
  withFakeTime(async (time) => {
    let calls = 0;
    let said: string[] = [];
    const book = createGroupCommit({ send: () => (calls += 1, Promise.resolve(lost)) });
    book([alert("A"), alert("B")], Date.now() + 1_000).then((outcomes) => said = kinds(outcomes));
    await time.advance(1_000);
    assert.deepEqual(said, ["unavailable", "unavailable"]);
    assert.ok(calls > 1 && calls < 10, String(calls));
  }));

test("an alert is answered at its deadline, and those behind it go on", async () => {
  const { send, call } = createDesk();
  const book = createGroupCommit({ send });
  const early = book([alert("A")], Date.now() + 40);
  const later = book([alert("B")], soon());
  assert.deepEqual(kinds(await early), ["unavailable"]);
  (await call(0)).answer(lost);
  (await call(1)).answer();
  assert.deepEqual(symbols(await later), ["B"]);
});

test("an alert whose deadline passes while it waits is never sent", async () => {
  const { calls, send, call } = createDesk();
  const book = createGroupCommit({ send });
  const first = book([alert("A")], soon());
  assert.deepEqual(kinds(await book([alert("B")], Date.now() + 20)), ["unavailable"]);
  (await call(0)).answer();
  await first;
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(calls.length, 1);
});
