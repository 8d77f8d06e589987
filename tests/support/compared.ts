import { type BacktestOrder, planOrders } from "../../supabase/functions/_shared/backtest/orders.ts";
import assert from "node:assert/strict";
import { csvOf, makeTrades, rowsOf, seeded } from "./backtests.ts";
import { type Alert, book, openAccount } from "./engine.ts";
import { readable } from "./exports.ts";
import { useTool } from "./functions.ts";
import { asService, connect, unique } from "./stack.ts";

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
  trades: number,
  more: (order: BacktestOrder) => Alert = ({ signal }) => ({ comment: signal }),
) {
  const file = csvOf(rowsOf(makeTrades(seed, trades)));
  const baseline = unique("base");
  const imported = await useTool("import_backtest", { account: baseline, symbol: "ACME", file });
  assert.equal(imported.body.result?.check.equal, true, imported.text);
  const { orders } = planOrders(await readable(file));
  const [alerts, mishaps] = alertsOf(orders, seed, more);
  const sql = connect(1);
  try {
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
  } finally {
    await sql.end();
  }
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
