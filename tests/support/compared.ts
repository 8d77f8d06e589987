import { type BacktestOrder, planOrders } from "../../supabase/functions/_shared/backtest/orders.ts";
import assert from "node:assert/strict";
import { seeded } from "./backtests.ts";
import { type Alert, book, openAccount } from "./engine.ts";
import { readable } from "./exports.ts";
import { useTool } from "./functions.ts";
import { asService, unique } from "./stack.ts";
import { onSharedConnection } from "./shared-connection.ts";

/** What went wrong on the way of the orders to a live account, by their numbers. */
export interface Mishaps {
  dropped: number[];
  late: number[];
  moved: number[];
  extra: number;
}

const SECOND = 1_000;
const sooner = (time: string, milliseconds: number) =>
  new Date(Date.parse(time) + milliseconds).toISOString();

/** The orders as a sender's alerts that arrive a second later, but for those that something happens to, by a seed. */
function alertsOf(
  orders: readonly BacktestOrder[],
  seed: number,
  more: (order: BacktestOrder) => Alert,
): [Alert[], Mishaps] {
  const random = seeded(seed);
  const mishaps: Mishaps = { dropped: [], late: [], moved: [], extra: 0 };
  const alerts = orders.flatMap((order, index): Alert[] => {
    const { number, time, side, price, quantity, position } = order;
    const chance = random();
    const isAlone = orders[index + 1]?.time !== time && orders[index - 1]?.time !== time;
    const what = chance < 0.03
      ? "dropped"
      : chance < 0.05 && isAlone
      ? "late"
      : chance >= 0.05 && chance < 0.06
      ? "moved"
      : null;
    if (what !== null) mishaps[what].push(number);
    if (what === "dropped") return [];
    const size = position.replace("-", "");
    const alert = {
      ...{ action: side, quantity, time, symbol: "ACME" },
      target: { side: position === "0" ? "flat" : position === size ? "long" : "short", quantity: size },
      price: what === "moved" ? (Number(price) + 1).toFixed(2) : price,
      received_at: sooner(time, what === "late" ? 61 * SECOND + Math.floor(random() * 500) * SECOND : SECOND),
      ...more(order),
    };
    if (!(chance > 0.99 && isAlone)) return [alert];
    mishaps.extra += 1;
    const at = sooner(time, 720 * SECOND);
    return [alert, {
      symbol: "ACME",
      action: "buy",
      quantity: "1",
      price: "7.77",
      comment: "by hand",
      time: at,
      received_at: at,
    }];
  });
  return [alerts, mishaps];
}

/** An imported backtest and a live account that had its alerts, each by its name; and what went wrong. */
export async function pair(
  seed: number,
  file: string,
  more: (order: BacktestOrder) => Alert = ({ signal }) => ({ comment: signal }),
) {
  const baseline = unique("base");
  // A busy machine may not book all of a large file in one call.
  for (let from: number | null = 1; from !== null;) {
    const imported = await useTool("import_backtest", { account: baseline, symbol: "ACME", file, from });
    assert.equal(imported.status, 200, imported.text);
    from = imported.body.result.next;
  }
  const { orders } = planOrders(await readable(file));
  const [alerts, mishaps] = alertsOf(orders, seed, more);
  return await onSharedConnection(async (sql) => {
    const account = await openAccount(sql, { leverage: null }, "1000000");
    for (let start = 0; start < alerts.length; start += 500) {
      const answers = await book(
        sql,
        alerts.slice(start, start + 500).map((alert) => ({ account, ...alert })),
      );
      for (const { status, code } of answers) {
        assert.ok(status === "filled" || status === "ignored", `${status} ${code}`);
      }
    }
    return { account, baseline, orders, mishaps };
  });
}

export async function figures(args: { account: string; baseline: string } & Record<string, unknown>) {
  const { data, error } = await asService().rpc("compare_accounts", args);
  assert.equal(error, null, JSON.stringify(error));
  return data as unknown as Record<string, string | number>;
}

export async function rows(args: { account: string; baseline: string } & Record<string, unknown>) {
  const { data, error } = await asService().rpc("compare_orders", { limit: 1000, ...args });
  assert.equal(error, null, JSON.stringify(error));
  return data ?? [];
}

/** The numbers of the orders that a comparison has under a status, in order. */
export async function numbers(
  args: { account: string; baseline: string },
  only_status: string,
): Promise<number[]> {
  return (await rows({ ...args, only_status })).map(({ number }) => number).toReversed();
}

/** Asserts that a comparison finds what happened, by the numbers of the orders, and nothing else. */
export async function findsExactly(
  { account, baseline, orders, mishaps }: Awaited<ReturnType<typeof pair>>,
): Promise<void> {
  const both = { account, baseline };
  assert.deepEqual(await numbers(both, "missed"), mishaps.dropped);
  assert.deepEqual(await numbers(both, "late"), mishaps.late);
  assert.deepEqual(await numbers(both, "refused"), []);
  const matched =
    (await Promise.all(["matched", "late"].map((only_status) => allRows({ ...both, only_status })))).flat();
  const moved = matched.filter(({ price_drift }) => price_drift !== "0").map(({ number }) => number);
  assert.deepEqual(moved.toSorted((a, b) => a - b), mishaps.moved);
  const extra = await rows({ ...both, only_status: "extra" });
  assert.deepEqual(extra.map(({ signal }) => signal), Array(mishaps.extra).fill("by hand"));
  const found = await figures(both);
  const missed = mishaps.dropped.length;
  assert.deepEqual(
    [found.orders, found.matched, found.missed, found.late, found.refused, found.extra],
    [orders.length, orders.length - missed, missed, mishaps.late.length, 0, mishaps.extra],
  );
  assert.equal(Number(found.match_rate).toFixed(6), (100 * (1 - missed / orders.length)).toFixed(6));
}

/** The rows of every page. */
async function allRows(args: { account: string; baseline: string } & Record<string, unknown>) {
  const all = await rows(args);
  for (let page = all; page.length === 1000;) {
    page = await rows({ ...args, before: Number(page.at(-1)?.id) });
    all.push(...page);
  }
  return all;
}
