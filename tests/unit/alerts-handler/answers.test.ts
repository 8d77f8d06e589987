import assert from "node:assert/strict";
import type { AlertToBook, BookingAnswer } from "../../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { answering, createHarness, failing, filled, hanging, keys, message, rejected } from "./harness.ts";
import { withFakeTime } from "../../support/fake-time.ts";

// A pause of the group commit may outlast the answer at the deadline; nothing waits for it.
const test = (name: string, fn: () => void | Promise<void>) =>
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

const bySymbol = (answers: Record<string, (alert: AlertToBook) => BookingAnswer>) =>
  answering((alert) => (answers[alert.symbol] ?? filled)(alert));
const busy = (alert: AlertToBook): BookingAnswer => ({ ...filled(alert), status: "busy" });
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Answers after the time that a lock may have been waited for. */
const slowly = (answer: (alert: AlertToBook) => BookingAnswer) => async (alerts: readonly AlertToBook[]) => {
  await pause(20);
  return { ok: true as const, answers: alerts.map(answer) };
};

test("a filled alert answers 200 with what was booked, and the request's id", async () => {
  const { status, headers, json } = await createHarness().post();
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^application\/json/);
  assert.deepEqual(Object.keys(json), [
    ...["status", "duplicate", "alert_id", "account", "strategy", "symbol", "orders", "fills", "position"],
    ...["cash", "equity", "request_id"],
  ]);
  assert.equal(json.status, "filled");
  assert.equal(json.alert_id, "42");
  assert.equal(json.request_id, headers.get("x-request-id"));
});

for (const status of ["accepted", "ignored", "canceled"] as const) {
  test(`an alert that is ${status} answers 200`, async () => {
    const answer = await createHarness({ send: answering((alert) => ({ ...filled(alert), status })) }).post();
    assert.equal(answer.status, 200);
    assert.equal(answer.json.status, status);
  });
}

test("a duplicate answers 200 with the stored answer", async () => {
  const { status, json } = await createHarness({
    send: answering((alert) => ({ ...filled(alert), duplicate: true })),
  }).post();
  assert.equal(status, 200);
  assert.equal(json.duplicate, true);
});

test("a field that only the database knows is passed on", async () => {
  const send = answering((alert) => ({ ...filled(alert), repaired: { expected: "1", booked: "2" } }));
  assert.deepEqual((await createHarness({ send }).post()).json.repaired, { expected: "1", booked: "2" });
});

test("the database gets the canonical alert, its hash, the request's id and the key's id", async () => {
  const harness = createHarness();
  const { json } = await harness.post({ ...message, unknown: "x" }, {
    path: "/alerts?account=mine&strategy=trend",
  });
  const [alert] = harness.booked[0] ?? [];
  assert.equal(alert?.account, "mine");
  assert.equal(alert?.strategy, "trend");
  assert.equal(alert?.quantity, "10");
  assert.equal(alert?.key_id, "trader");
  assert.equal(alert?.request_id, json.request_id);
  assert.match(alert?.hash ?? "", /^[0-9a-f]{64}$/);
});

test("a refused alert answers 422 with its code, and the rest of the answer", async () => {
  const { status, json } = await createHarness({ send: answering(rejected) }).post();
  assert.equal(status, 422);
  assert.deepEqual(json.error, { code: "insufficient_funds", message: "the order costs more than there is" });
  assert.equal(json.status, "rejected");
  assert.equal(json.alert_id, "42");
  assert.equal(json.position.quantity, "10");
});

test("an alert whose data the database cannot hold answers 422 without a word of the database", async () => {
  const harness = createHarness({ send: failing("rejected", "22003") });
  const { status, json } = await harness.post();
  assert.equal(status, 422);
  assert.equal(json.error.code, "unprocessable");
  assert.ok(!JSON.stringify(json).includes("22003"));
});

test("what the database refused is an error in the log, with its SQLSTATE", async () => {
  const harness = createHarness({ send: failing("rejected", "22003") });
  await harness.post();
  const [line] = harness.lines();
  assert.equal(line?.level, "error");
  assert.equal(line?.failure, "22003");
});

test("a database that is away answers 503 with Retry-After", async () => {
  const send = failing("unavailable", "PGRST000");
  const { status, headers, json } = await createHarness({ send, deadlineMs: 200 }).post();
  assert.equal(status, 503);
  assert.equal(headers.get("retry-after"), "1");
  assert.equal(json.error.code, "unavailable");
});

test("a database that hangs answers 503 at the deadline", async () => {
  await withFakeTime(async (time) => {
    let isAnswered = false;
    const answer = createHarness({ send: hanging, deadlineMs: 2_200 }).post().finally(() =>
      isAnswered = true
    );
    await time.advance(2_199);
    assert.equal(isAnswered, false);
    await time.advance(1);
    assert.equal(isAnswered, true);
    const { status, headers } = await answer;
    assert.equal(status, 503);
    assert.equal(headers.get("retry-after"), "1");
  });
});

test("a lock that stays held answers 503 at the deadline", async () => {
  const { status } = await createHarness({ send: slowly(busy), deadlineMs: 110 }).post();
  assert.equal(status, 503);
});

test("an answer that was lost is asked for again, and the sender gets it", async () => {
  let calls = 0;
  const harness = createHarness({
    send: (alerts, signal) => (++calls === 1 ? failing("unavailable") : answering(filled))(alerts, signal),
  });
  const { status, json } = await harness.post();
  assert.equal(status, 200);
  assert.equal(json.alert_id, "42");
  assert.deepEqual(harness.booked[0], harness.booked[1]);
});

test("alerts in an array are answered in an array, in order", async () => {
  const alerts = ["A", "B", "C"].map((symbol) => ({ ...message, symbol }));
  const harness = createHarness();
  const { status, json } = await harness.post(alerts);
  assert.equal(status, 200);
  assert.deepEqual(json.map((answer: { symbol: string }) => answer.symbol), ["A", "B", "C"]);
  assert.equal(harness.booked.length, 1);
  assert.equal(new Set(json.map((answer: { request_id: string }) => answer.request_id)).size, 1);
});

test("an array of one alert is answered in an array", async () => {
  assert.equal((await createHarness().post([message])).json.length, 1);
});

test("an array of which some were refused is a 200, of which all were a 422", async () => {
  const alerts = ["GOOD", "BAD"].map((symbol) => ({ ...message, symbol }));
  const some = await createHarness({ send: bySymbol({ BAD: rejected }) }).post(alerts);
  assert.equal(some.status, 200);
  assert.equal(some.json[0].status, "filled");
  assert.equal(some.json[1].error.code, "insufficient_funds");
  const all = await createHarness({ send: answering(rejected) }).post(alerts);
  assert.equal(all.status, 422);
  assert.equal(all.json.length, 2);
});

test("an array of which one stays busy is a 503, so that it is sent again", async () => {
  const alerts = ["GOOD", "BUSY"].map((symbol) => ({ ...message, symbol }));
  const send = slowly((alert) => alert.symbol === "BUSY" ? busy(alert) : filled(alert));
  assert.equal((await createHarness({ send, deadlineMs: 110 }).post(alerts)).status, 503);
});

test("an alert that fails validation answers 400 with the path of each problem", async () => {
  const harness = createHarness();
  const { status, json } = await harness.post({
    symbol: "<script>",
    action: "hodl",
    quantity: "-1",
    price: "0",
  });
  assert.equal(status, 400);
  assert.equal(json.error.code, "invalid_alert");
  const paths = json.error.details.map((detail: { path: string }) => detail.path);
  for (const path of ["symbol", "action", "quantity", "price"]) assert.ok(paths.includes(path), path);
  assert.ok(json.error.details.every((detail: { message: unknown }) => typeof detail.message === "string"));
  assert.equal(harness.booked.length, 0);
});

test("an empty body with a valid key answers 400 with a path", async () => {
  const { status, json } = await createHarness().post("");
  assert.equal(status, 400);
  assert.equal(typeof json.error.details[0].path, "string");
});

test("an array with one bad alert books none", async () => {
  const harness = createHarness();
  const { status, json } = await harness.post([message, { ...message, quantity: "NaN" }]);
  assert.equal(status, 400);
  assert.equal(json.error.details[0].path, "[1].quantity");
  assert.equal(harness.booked.length, 0);
});

test("a query that makes no sense answers 400 with its path", async () => {
  for (const [query, path] of [["dry_run=maybe", "query.dry_run"], ["account=%3Cx%3E", "query.account"]]) {
    const harness = createHarness();
    const { status, json } = await harness.post(message, { path: `/alerts?${query}` });
    assert.equal(status, 400);
    assert.equal(json.error.details[0].path, path);
    assert.equal(harness.booked.length, 0);
  }
});

test("a dry run says how the alert was read and what it would do, and books nothing", async () => {
  const harness = createHarness();
  for (const said of ["dry_run=1", "dry_run=true", "dry_run"]) {
    const { status, json } = await harness.post(message, { path: `/alerts?${said}` });
    assert.equal(status, 200);
    assert.equal(json.dry_run, true);
    assert.equal(json.alert.symbol, "AAPL");
    assert.equal(typeof json.dialect, "string");
    assert.equal(json.would.status, "filled");
    assert.equal(json.would.fills[0].price, "187.5");
    assert.equal(json.would.position.quantity, "10");
    assert.equal(typeof json.request_id, "string");
  }
  assert.equal(harness.booked.length, 0);
  assert.equal(harness.previewed.length, 3);
});

test("a dry run of what would be refused is a 200 that says so", async () => {
  const { status, json } = await createHarness({ preview: answering(rejected) }).post(message, {
    path: "/alerts?dry_run=1",
  });
  assert.equal(status, 200);
  assert.equal(json.would.status, "rejected");
  assert.equal(json.would.code, "insufficient_funds");
});

test("a dry run of an array answers an array", async () => {
  const { json } = await createHarness().post([message, message], { path: "/alerts?dry_run=1" });
  assert.equal(json.length, 2);
});

test("a dry run needs a key as any alert does", async () => {
  const options = { path: "/alerts?dry_run=1" };
  assert.equal((await createHarness().post(message, { ...options, key: null })).status, 401);
  assert.equal((await createHarness().post(message, { ...options, key: keys.reader })).status, 403);
});

test("a dry run without a database answers 503, at the deadline when it hangs", async () => {
  const options = { path: "/alerts?dry_run=1" };
  for (const preview of [failing("unavailable"), hanging, answering(busy)]) {
    const { status, headers } = await createHarness({ preview, deadlineMs: 100 }).post(message, options);
    assert.equal(status, 503);
    assert.equal(headers.get("retry-after"), "1");
  }
});

test("the log line of an alert says who sent it and what became of it", async () => {
  const harness = createHarness({ send: bySymbol({ BAD: rejected }) });
  await harness.post(["A", "B", "BAD"].map((symbol) => ({ ...message, symbol })));
  const [line, ...more] = harness.lines();
  assert.equal(more.length, 0);
  assert.equal(line?.level, "info");
  assert.equal(line?.key_id, "trader");
  assert.equal(line?.alerts, 3);
  assert.equal(line?.outcome, "filled x2, rejected:insufficient_funds");
  assert.equal(line?.status, 200);
  assert.equal(typeof line?.duration_ms, "number");
});

test("the log line of an unreadable alert says who sent it", async () => {
  const harness = createHarness();
  await harness.post("{");
  const [line] = harness.lines();
  assert.equal(line?.key_id, "trader");
  assert.equal(line?.code, "invalid_alert");
});
