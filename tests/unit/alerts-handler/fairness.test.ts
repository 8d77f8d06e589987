import assert from "node:assert/strict";
import type { BatchResult, SendBatch } from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createDryRun } from "../../../supabase/functions/_shared/alerts/dry-run.ts";
import { createGroupCommit } from "../../../supabase/functions/_shared/alerts/group-commit.ts";
import { HttpError } from "../../../supabase/functions/_shared/http/errors.ts";
import { type FakeTime, withFakeTime } from "../../support/fake-time.ts";
import { alertOf, createDatabase } from "./database.ts";
import { createHarness, filled, keys, message } from "./harness.ts";

const inTime = (name: string, body: (time: FakeTime) => Promise<void>) =>
  Deno.test(name, () => withFakeTime(body));
const soon = (milliseconds = 2_200) => Date.now() + milliseconds;
const many = (count: number, account: string) =>
  Array.from({ length: count }, (_, index) => alertOf(`S${index}`, `${account}${index}`, account));
const accountsOf = (call: { alerts: readonly { account: string }[] } | undefined) =>
  call?.alerts.map(({ account }) => account).join("");

inTime("accounts take turns in a batch, and the alerts of each stay in order", async (time) => {
  const { send, calls } = createDatabase({ treat: () => ({ latency: 10 }) });
  const book = createGroupCommit({ send, maxBatch: 4 });
  book(many(7, "a"), soon());
  book(many(1, "b"), soon());
  book(many(2, "c"), soon());
  await time.advance(100);
  assert.deepEqual(calls.map(accountsOf), ["aaaa", "abca", "ac"]);
  const ofA = calls.flatMap(({ alerts }) => alerts).filter(({ account }) => account === "a");
  assert.deepEqual(ofA.map(({ id }) => id), many(7, "a").map(({ id }) => id));
});

inTime("with more accounts than a batch has places, none waits for another's second alert", async (time) => {
  const { send, calls } = createDatabase({ treat: () => ({ latency: 10 }) });
  const book = createGroupCommit({ send, maxBatch: 2 });
  for (const account of "abcde") book(many(3, account), soon());
  await time.advance(500);
  // The first call left before the others came.
  assert.deepEqual(calls.slice(0, 4).map(accountsOf), ["aa", "ab", "cd", "eb"]);
});

inTime(
  "a thousand alerts of one account do not make another's single one too late to be taken",
  async (time) => {
    const { send } = createDatabase({ treat: () => ({ latency: 300 }) });
    const book = createGroupCommit({ send, maxBatch: 20 });
    await Promise.all([book(many(1, "warm"), soon()), time.advance(300)]);
    void book(many(20, "a"), soon(60_000));
    void book(many(1_000, "a"), soon(60_000));
    const [outcome] = await Promise.all([book(many(1, "b"), soon(1_000)), time.advance(1_000)]);
    assert.deepEqual(outcome.map(({ kind }) => kind), ["answered"]);
  },
);

inTime(
  "a batch that took long is followed by smaller ones, and quick ones by larger ones again",
  async (time) => {
    const { send, calls } = createDatabase({ treat: (call) => ({ latency: call < 2 ? 1_000 : 10 }) });
    const book = createGroupCommit({ send, maxBatch: 100 });
    book(many(400, "a"), soon(60_000));
    await time.advance(5_000);
    assert.deepEqual(calls.map(({ alerts }) => alerts.length), [100, 16, 16, 32, 64, 100, 72]);
  },
);

inTime("a batch that took long does not make the small ones after it look as long", async (time) => {
  const { send } = createDatabase({ treat: (call) => ({ latency: call < 1 ? 1_000 : 10 }) });
  const book = createGroupCommit({ send, maxBatch: 100 });
  book(many(120, "a"), soon(60_000));
  await time.advance(1_001);
  assert.equal(book.isOverloaded(["b"], soon(1_000)), false, "each of the next two should take 160 ms");
  assert.equal(book.isOverloaded(["b"], soon(300)), true);
  assert.equal(book.isOverloaded([null], soon(300)), true, "nor of an account that is not known yet");
});

inTime(
  "after a batch that got no answer in time, each of its accounts is asked for by itself",
  async (time) => {
    const slow = (alerts: readonly { account: string }[]) => alerts.some(({ account }) => account === "slow");
    const { send: quick, calls } = createDatabase();
    const send: SendBatch = (alerts, signal) =>
      slow(alerts)
        ? new Promise<BatchResult>((resolve) => {
          calls.push({ at: Date.now(), alerts });
          const lost = () => resolve({ ok: false, failure: "unavailable", code: "57014" });
          signal.addEventListener("abort", lost);
        })
        : quick(alerts, signal);
    const book = createGroupCommit({ send });
    const gone = book(many(1, "first"), soon());
    const outcomes = ["slow", "b", "c"].map((account) => book(many(2, account), soon()));
    await time.advance(2_300);
    assert.deepEqual((await gone).map(({ kind }) => kind), ["answered"]);
    const kinds = (await Promise.all(outcomes)).map((each) => each.map(({ kind }) => kind).join());
    assert.deepEqual(kinds, ["unavailable,unavailable", "answered,answered", "answered,answered"]);
    assert.equal(accountsOf(calls[1]), "slowbcslowbc");
    assert.ok(calls.slice(2).every(({ alerts }) => new Set(alerts.map(({ account }) => account)).size === 1));
  },
);

/** A database that answers when it is told to. */
function createGated() {
  const gate = Promise.withResolvers<void>();
  const send: SendBatch = async (alerts) => {
    await gate.promise;
    return { ok: true, answers: alerts.map(filled) };
  };
  return { send, open: () => gate.resolve() };
}

Deno.test("a key with too many alerts under way is told to send again, and other keys are not", async () => {
  const { send, open } = createGated();
  const harness = createHarness({ send, mostInFlight: 5 });
  const array = Array(4).fill(message);
  const first = harness.post(array);
  const second = harness.post(message);
  const refused = await harness.post(array);
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assert.equal(refused.json.error.code, "too_many_in_flight");
  const other = harness.post(message, { key: keys.admin });
  open();
  assert.deepEqual((await Promise.all([first, second, other])).map(({ status }) => status), [200, 200, 200]);
  assert.equal((await harness.post(array)).status, 200, "room comes back with the answers");
});

Deno.test("once a key in the header has all that it may, not even a body is read for it", async () => {
  const { send, open } = createGated();
  const harness = createHarness({ send, mostInFlight: 5 });
  const first = harness.post(Array(5).fill(message));
  while (harness.booked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const { status, json } = await harness.post("not even an alert");
  assert.deepEqual([status, json.error.code], [503, "too_many_in_flight"]);
  open();
  assert.equal((await first).status, 200);
});

Deno.test("while no alert could be booked in time, not even a body is read", async () => {
  const asked: number[] = [];
  const harness = createHarness({ isOverloaded: (accounts) => asked.push(accounts.length) > 0 });
  const refused = await harness.post("not even an alert");
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assert.equal(refused.json.error.code, "overloaded");
  assert.deepEqual(asked, [1]);
});

Deno.test("a request of more alerts than could be booked in time is refused before they are read", async () => {
  const harness = createHarness({ isOverloaded: (accounts) => accounts.length > 4 });
  const { status, json } = await harness.post(Array(5).fill({ not: "an alert" }));
  assert.deepEqual([status, json.error.code], [503, "overloaded"]);
  assert.equal((await harness.post(Array(4).fill(message))).status, 200);
});

Deno.test("one request gets through, however many alerts it brings", async () => {
  const harness = createHarness({ mostInFlight: 5 });
  assert.equal((await harness.post(Array(9).fill(message))).status, 200);
});

Deno.test("a request that is refused gives its room back", async () => {
  const harness = createHarness({ mostInFlight: 1 });
  for (let time = 0; time < 3; time++) {
    assert.equal((await harness.post({ ...message, quantity: "x" })).status, 400);
  }
  assert.equal((await harness.post()).status, 200);
});

const dry = (keyId: string) => ({
  keyId,
  alerts: [],
  toBook: [],
});

Deno.test("two dry runs go to the database at a time; one that finds no room in time is told to come again", async () => {
  const { send, open } = createGated();
  let calls = 0;
  const dryRun = createDryRun((...args) => (calls++, send(...args)));
  const first = [dryRun(dry("k"), 10_000), dryRun(dry("k"), 10_000)];
  await assert.rejects(dryRun(dry("k"), 5), (error) => error instanceof HttpError && error.status === 503);
  assert.equal(calls, 2);
  open();
  assert.deepEqual(await Promise.all(first), [[], []]);
  assert.deepEqual(await dryRun(dry("k"), 10_000), []);
});

Deno.test("a key that makes dry runs in a loop is told to wait, and other keys are not", async () => {
  const dryRun = createDryRun((alerts) => Promise.resolve({ ok: true, answers: alerts.map(filled) }));
  let error: unknown;
  for (let time = 0; time < 301 && error === undefined; time++) {
    await dryRun(dry("k"), 1_000).catch((reason) => error = reason);
  }
  assert.ok(error instanceof HttpError && error.status === 429 && error.code === "too_many_dry_runs");
  assert.ok(Number(error.headers["retry-after"]) >= 1);
  assert.deepEqual(await dryRun(dry("other"), 1_000), []);
});

Deno.test("of one key four dry runs are under way: what it sends beyond makes no other key wait", async () => {
  const { send, open } = createGated();
  const dryRun = createDryRun(send);
  const own = Array.from({ length: 4 }, () => dryRun(dry("k"), 10_000));
  await assert.rejects(
    dryRun(dry("k"), 10_000),
    (error) => error instanceof HttpError && error.status === 503 && /this API key/.test(error.message),
  );
  const other = dryRun(dry("other"), 10_000);
  open();
  assert.deepEqual(await Promise.all([...own, other]), Array(5).fill([]));
  assert.deepEqual(await dryRun(dry("k"), 10_000), []);
});
