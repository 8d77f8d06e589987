import assert from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { useTool } from "../support/functions.ts";
import { newAccount, unique } from "../support/stack.ts";

/** A time so many seconds ago, as TradingView's {{timenow}} writes it. */
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString().replace(/\.\d+/, "");

/** Three alerts, of which the one in between never came; the last was half a minute on its way. */
async function withGap(): Promise<string> {
  const account = await newAccount();
  const alert = { account, symbol: "ACME", strategy: "trend", price: "100" };
  const sent = [
    {
      ...alert,
      action: "buy",
      contracts: "5",
      market_position: "long",
      market_position_size: "5",
      time: ago(31),
    },
    {
      ...alert,
      action: "sell",
      contracts: "2",
      market_position: "flat",
      market_position_size: "0",
      time: ago(30),
    },
  ];
  for (const each of sent) {
    const { status, body } = await post(each);
    assert.equal(status, 200, JSON.stringify(body));
  }
  return account;
}

Deno.test("alerts that came by HTTP tell what was missed, and how long each was on its way", async () => {
  const account = await withGap();
  const { status, body, text } = await useTool("alert_health", { account });
  assert.equal(status, 200, text);
  const { strategies, gaps, latency, hours, late } = body.result;
  assert.deepEqual(
    strategies.map(({ strategy, alerts, missed, repairs, silent }: Record<string, unknown>) => [
      ...[strategy, alerts, missed, repairs, silent],
    ]),
    [[null, 2, 1, 1, false], ["trend", 2, 1, 1, false]],
  );
  assert.deepEqual(
    gaps.map(({ status, missed, held, cost_reason }: Record<string, unknown>) => [
      ...[status, missed, held, cost_reason],
    ]),
    [["missed", "-3", "5", "no_marks"]],
  );
  for (const rows of [latency, hours]) {
    assert.deepEqual([rows.length, rows[0].alerts, rows[0].late], [2, 2, 2]);
  }
  const [newest] = late;
  assert.ok(Number(newest.seconds_to_receive) >= 29 && Number(newest.seconds_to_receive) < 60, text);
  assert.ok(Number(newest.seconds_to_book) < 5, text);
  assert.ok(newest.sent_at < newest.received_at, text);
});

Deno.test("what is asked narrows what is told", async () => {
  const account = await withGap();
  const told = async (more: Record<string, unknown>) =>
    (await useTool("alert_health", { account, ...more })).body.result;
  assert.deepEqual((await told({ status: "refused" })).gaps, []);
  assert.deepEqual((await told({ strategy: "other" })).gaps, []);
  assert.equal((await told({ symbol: "NASDAQ:ACME" })).gaps.length, 1);
  assert.deepEqual((await told({ late_seconds: 3600 })).late, []);
  assert.equal((await told({ to: ago(60) })).strategies[0].alerts, 0);
});

Deno.test("an account that is not there, and values that make no sense, are refused", async () => {
  assert.equal((await useTool("alert_health", { account: unique("nobody") })).status, 404);
  const account = await newAccount();
  for (const wrong of [{ intervals: 0 }, { status: "lost" }, { from: "yesterday" }, { by: "hour" }]) {
    assert.equal((await useTool("alert_health", { account, ...wrong })).status, 400);
  }
});

Deno.test("no sender can say when their alert arrived", async () => {
  const account = await newAccount();
  const { status, body } = await post({
    ...{ account, symbol: "ACME", action: "buy", quantity: "1", price: "100" },
    ...{ time: ago(20), arrived_at: 5 },
  });
  // A field that is not known, listed as any other.
  assert.deepEqual([status, body.ignored], [200, ["arrived_at"]], JSON.stringify(body));
  const { result } = (await useTool("alert_health", { account })).body;
  assert.ok(Number(result.latency[0].receive_p50) > 10, JSON.stringify(result));
});

Deno.test("without a key, nothing is told", async () => {
  assert.equal((await useTool("alert_health", {}, "sa_wrong")).status, 401);
});
