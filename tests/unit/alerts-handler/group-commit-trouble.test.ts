import assert from "node:assert/strict";
import { createGroupCommit } from "../../../supabase/functions/_shared/alerts/group-commit.ts";
import { alertOf, type Call, createDatabase } from "./database.ts";
import { inTime, soon, watch } from "./group-commit-time.ts";

const sent = (calls: Call[]) => calls.map(({ alerts }) => alerts.map(({ id }) => id).join(""));

inTime("an alert whose deadline has passed when it comes is not sent", async (time) => {
  const { send, calls } = createDatabase();
  const book = createGroupCommit({ send });
  const late = watch(book([alertOf("A")], Date.now()));
  await time.advance(10);
  assert.equal(late.words(), "deadline");
  assert.equal(calls.length, 0);
});

inTime("no alerts come to no outcomes, and no call", async (time) => {
  const { send, calls } = createDatabase();
  const none = watch(createGroupCommit({ send })([], soon()));
  await time.advance(1);
  assert.deepEqual(none.outcomes, []);
  assert.equal(calls.length, 0);
});

inTime("a hundred that arrive during a call are two calls of at most 64", async (time) => {
  const { send, calls } = createDatabase({ treat: () => ({ latency: 10 }) });
  const book = createGroupCommit({ send, maxBatch: 64 });
  book([alertOf("FIRST")], soon());
  for (let number = 0; number < 100; number++) book([alertOf("A", `${number}`)], soon());
  await time.advance(100);
  assert.deepEqual(calls.map(({ alerts }) => alerts.length), [1, 64, 36]);
});

inTime("of a batch with refused data only the guilty alert fails, after a few calls", async (time) => {
  const { send, calls } = createDatabase();
  const book = createGroupCommit({ send });
  book([alertOf("FIRST")], soon());
  const alerts = Array.from({ length: 200 }, (_, n) => alertOf(n === 137 ? "POISON" : "A", `${n}`));
  const seen = watch(book(alerts, soon()));
  await time.advance(100);
  const refused = (seen.outcomes ?? []).flatMap(({ kind }, index) => kind === "rejected" ? [index] : []);
  assert.deepEqual(refused, [137]);
  assert.equal(seen.outcomes?.filter(({ kind }) => kind === "answered").length, 199);
  assert.ok(calls.length <= 20, `${calls.length} calls`);
});

inTime("a lost answer is asked for again three times, then the sender is told to", async (time) => {
  const { send, calls } = createDatabase({ treat: () => ({ lost: "before" }) });
  const seen = watch(createGroupCommit({ send })([alertOf("A")], soon()));
  await time.advance(5_000);
  assert.equal(seen.words(), "no_answer");
  assert.equal(calls.length, 4);
  assert.ok(seen.after < 2_200, `${seen.after} ms`);
});

inTime("an answer lost after the commit is found by asking again", async (time) => {
  const { send, booked } = createDatabase({ treat: (call) => call === 0 ? { lost: "after" } : {} });
  const seen = watch(createGroupCommit({ send })([alertOf("A")], soon()));
  await time.advance(1_000);
  assert.equal(seen.words(), "filled");
  assert.deepEqual([...booked], ["A"]);
});

inTime("nothing is asked again when the deadline leaves no time for it", async (time) => {
  const { send, calls } = createDatabase({ treat: () => ({ lost: "before", latency: 50 }) });
  const seen = watch(createGroupCommit({ send })([alertOf("A")], soon(100)));
  await time.advance(1_000);
  assert.equal(calls.length, 1);
  assert.equal(seen.words(), "no_answer");
  assert.equal(seen.after, 50);
});

inTime("a call that hangs is given up while there is time to ask again", async (time) => {
  const { send } = createDatabase({ treat: (call) => call === 0 ? { latency: 60_000 } : {} });
  const seen = watch(createGroupCommit({ send })([alertOf("A")], soon()));
  await time.advance(3_000);
  assert.equal(seen.words(), "filled");
  assert.ok(seen.after < 2_200, `${seen.after} ms`);
});

inTime("after an outage the alerts that waited go in order of arrival", async (time) => {
  const { send, calls } = createDatabase({ treat: (call) => call < 2 ? { lost: "before" } : {} });
  const book = createGroupCommit({ send });
  for (const id of ["a", "b", "c", "d"]) {
    book([alertOf("A", id)], soon());
    await time.advance(1);
  }
  await time.advance(2_000);
  assert.equal(sent(calls).at(-1), "abcd");
});

inTime("a sender that throws loses nobody's alert", async (time) => {
  let calls = 0;
  const { send } = createDatabase();
  const book = createGroupCommit({
    send: (...args) => ++calls === 1 ? Promise.reject(new Error("a bug")) : send(...args),
  });
  const seen = [watch(book([alertOf("A")], soon())), watch(book([alertOf("B")], soon()))];
  await time.advance(1_000);
  assert.deepEqual(seen.map((each) => each.words()), ["filled", "filled"]);
});

inTime(
  "what a queue cannot serve in time is told so at once, and the queue itself is served",
  async (time) => {
    const { send } = createDatabase({ treat: () => ({ latency: 800 }) });
    const book = createGroupCommit({ send, maxBatch: 1 });
    const first = watch(book([alertOf("A")], soon()));
    await time.advance(800);
    const queue = ["B", "C", "D", "E"].map((symbol) => watch(book([alertOf(symbol)], soon())));
    await time.advance(0);
    assert.equal(first.words(), "filled");
    assert.deepEqual(queue.map((each) => each.words()), ["", "", "overloaded", "overloaded"]);
    assert.equal(queue[2]?.after, 0);
    await time.advance(2_200);
    assert.deepEqual(queue.slice(0, 2).map((each) => each.words()), ["filled", "filled"]);
  },
);

inTime("nothing is left waiting once all are answered", async (time) => {
  const { send, calls } = createDatabase();
  const book = createGroupCommit({ send });
  for (let number = 0; number < 10; number++) book([alertOf("A", `${number}`)], soon());
  await time.advance(5_000);
  assert.equal(time.pending, 0);
  assert.equal(calls.flatMap(({ alerts }) => alerts).length, 10);
});
