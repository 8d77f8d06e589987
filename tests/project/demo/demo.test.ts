import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { alertsOf, BAR, makePrices, MARKETS, type Message } from "../../../local/demo/alerts.ts";
import { read as readBody } from "../../unit/alerts/reading.ts";

const end = Date.UTC(2026, 10, 1);
const paths = makePrices();
const alerts = alertsOf(paths, end);
const isOrder = (message: Message) => "strategy" in message;

Deno.test("the prices are the same on every machine, under every Deno", () => {
  const text = paths.map(({ symbol, closes }) => [symbol, ...closes].join(",")).join("\n");
  assert.equal(
    createHash("sha256").update(text).digest("hex"),
    "1d1bc680fdd768dc31939e0d84b518d6694955de8c6460a78640c242d11314d5",
  );
});

Deno.test("trades are in sight among the marks: of the newest page of alerts a good part", () => {
  assert.ok(alerts.slice(-25).filter(isOrder).length >= 8);
  assert.equal(alerts.filter((each) => !isOrder(each)).length, 2 * (26 * 7 + 1));
});

Deno.test("the alerts are the same every time", () => {
  assert.deepEqual(alertsOf(paths, end), alerts);
});

Deno.test("every alert of the demo is read, none by guesswork: the order by the strategy dialect, the mark by its action", () => {
  for (const message of alerts) {
    const read = readBody(message, { now: end });
    assert.ok(read.ok, JSON.stringify(message));
    const [{ alert, dialect } = assert.fail()] = read.alerts;
    assert.equal(dialect, isOrder(message) ? "strategy" : "traderspost");
    assert.equal(alert.action === "mark", !isOrder(message));
    assert.ok(alert.strategy in strategies);
  }
});
const strategies = Object.fromEntries(MARKETS.map(({ strategy }) => [strategy, true]));

Deno.test("time goes on, bar by bar, and ends when it is told to", () => {
  const times = alerts.map(({ timenow, time }) => Date.parse(String(timenow ?? time)));
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  assert.equal(times.at(-1), end);
  assert.equal(times[0], end - (paths[0]?.closes.length ?? 0) * BAR + BAR);
});

Deno.test("an order changes the side that the one before it left", () => {
  for (const { symbol } of paths) {
    const sides = alerts.filter((each) => isOrder(each) && each.ticker === symbol)
      .map(({ strategy }) => (strategy as Record<string, string>).market_position);
    assert.ok(sides.length >= 10, `${symbol}: ${sides.length} orders`);
    sides.forEach((side, index) => assert.notEqual(side, index === 0 ? "flat" : sides[index - 1]));
  }
});
