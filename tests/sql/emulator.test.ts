import { deepEqual, ok } from "node:assert/strict";
import { inRepository } from "../../local/paths.ts";
import trading from "../fixtures/trading.json" with { type: "json" };
import { play, type Played } from "../support/market-cases.ts";
import { onSharedConnection } from "../support/shared-connection.ts";

type Fill = { side: string; quantity: string; price: string; bar_time: string };

/** Orders of public strategies and the fills that TradingView's broker emulator made of them; not of this repository. */
interface EmulatorCase {
  id: string;
  kind: string;
  settings: {
    initial_cash: string;
    account?: Record<string, unknown>;
    instrument?: Played["instrument"];
  };
  alerts: Record<string, unknown>[];
  bars: string[];
  expect: Fill[];
}

async function emulatorCases(): Promise<EmulatorCase[]> {
  try {
    return JSON.parse(await Deno.readTextFile(inRepository("../shared/cases/emulator.json"))).cases;
  } catch {
    return [];
  }
}

/** Fills of one side and price in one bar may be one order or several: their sum. */
function summed(fills: readonly Fill[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { side, quantity, price, bar_time } of fills) {
    const name = `${bar_time} ${side} @ ${Number(price)}`;
    sums[name] = Math.round(((sums[name] ?? 0) + Number(quantity)) * 1e8) / 1e8;
  }
  return sums;
}

/** TradingView takes the next bar's open for an order that is reached as it is placed; nobody knows it yet. */
const isReachedAsPlaced = (kind: string): boolean => kind.includes("reached when placed");

for (const { id, kind, settings, alerts, bars, expect } of await emulatorCases()) {
  Deno.test(`as TradingView's emulator: ${id}, ${kind}`, async () => {
    await onSharedConnection(async (sql) => {
      const { account, answers } = await play(sql, {
        cash: settings.initial_cash,
        settings: settings.account ?? {},
        instrument: settings.instrument ?? null,
        alerts,
      });
      const fills = answers.flatMap((answer, nr) =>
        answer.fills.map(({ side, quantity, price }) => ({ side, quantity, price, bar_time: bars[nr] ?? "" }))
      );
      if (isReachedAsPlaced(kind)) {
        deepEqual(fills.map(({ side }) => side), expect.map(({ side }) => side));
      } else {
        deepEqual(summed(fills), summed(expect));
      }
      deepEqual([...await sql`select * from public.verify_account(${account})`], []);
    });
  });
}

interface TradingCase {
  id: string;
  rule: string;
  settings: { initial_cash: string; settings: Record<string, unknown> };
  instrument: Played["instrument"];
  alerts: Record<string, unknown>[];
  expect: {
    fills?: string[];
    positions?: Record<string, string>;
    statuses?: string[];
    cash?: string;
    equity?: string;
    realized?: string;
    realized_at_least?: string;
  };
}

for (const { id, rule, settings, instrument, alerts, expect } of trading.cases as unknown as TradingCase[]) {
  Deno.test(`${id}: ${rule}`, async () => {
    await onSharedConnection(async (sql) => {
      const played = { cash: settings.initial_cash, settings: settings.settings, instrument, alerts };
      const { account, answers, fills, symbolOf } = await play(sql, played);
      if (expect.fills !== undefined) deepEqual(fills, expect.fills);
      const statuses = answers.map(({ status, code }) => [status, code].filter(Boolean).join(":"));
      if (expect.statuses !== undefined) deepEqual(statuses, expect.statuses);
      const held = await sql`
        select symbol, quantity, average_price from public.list_positions(${account}) where quantity <> '0'`;
      if (expect.positions !== undefined) {
        deepEqual(
          held.map(({ symbol, quantity, average_price }) => `${symbol} ${quantity} @ ${average_price}`),
          Object.entries(expect.positions).map(([name, position]) => `${symbolOf(name)} ${position}`),
        );
      }
      const [summary] = await sql`select * from public.portfolio_summary(${account})`;
      for (
        const [name, column] of [["cash", "cash"], ["equity", "equity"], [
          "realized",
          "realized_pnl",
        ]] as const
      ) {
        if (expect[name] !== undefined) deepEqual(summary?.[column], expect[name], name);
      }
      ok(Number(summary?.realized_pnl) >= Number(expect.realized_at_least ?? summary?.realized_pnl));
      deepEqual([...await sql`select * from public.verify_account(${account})`], []);
    });
  });
}
