import { equal, ok } from "node:assert/strict";
import type { Sql } from "postgres";
import { readAlerts } from "../../supabase/functions/_shared/alerts/read-alerts.ts";
import { readBody } from "../../supabase/functions/_shared/alerts/read-body.ts";
import { takeKeys } from "../../supabase/functions/_shared/alerts/secret.ts";
import { createStrike } from "../../supabase/functions/_shared/auth/strike.ts";
import type { Answer } from "./alerts.ts";
import { newSymbol } from "./desk.ts";
import { book, openAccount } from "./engine.ts";

/** An account and what is sent to it, with symbols that are replaced by ones of the case's own. */
export interface Played {
  cash: string;
  settings: Record<string, unknown>;
  instrument: { tick_size?: string; lot_size?: string; multiplier?: string } | null;
  alerts: Record<string, unknown>[];
}

/** What became of it: the answers in order, under the symbols that the case names. */
export interface Outcome {
  account: string;
  answers: Answer[];
  /** "buy 1 @ 100", in order. */
  fills: string[];
  /** The name that a symbol of the case stands under. */
  symbolOf(name: string): string;
}

/** Reads alerts as the function reads them, and books them in one batch or one by one. */
export async function play(sql: Sql, played: Played, { oneByOne = false } = {}): Promise<Outcome> {
  const account = await openAccount(sql, played.settings, played.cash);
  const names = new Map<string, string>();
  const symbolOf = (name: string): string => {
    const known = names.get(name.toUpperCase()) ?? newSymbol();
    names.set(name.toUpperCase(), known);
    return known;
  };
  for (const alert of played.alerts) {
    if (typeof alert.symbol === "string") symbolOf(bare(alert.symbol));
  }
  if (played.instrument !== null) {
    const { multiplier = "1", lot_size = null, tick_size = null } = played.instrument;
    for (const symbol of names.values()) {
      await sql`select public.upsert_instrument(${symbol}, ${multiplier}::text::numeric,
        ${lot_size}::text::numeric, ${tick_size}::text::numeric, '{}')`;
    }
  }
  const alerts = played.alerts.map((alert) =>
    read({
      ...alert,
      account,
      symbol: String(alert.symbol).replace(bare(String(alert.symbol)), symbolOf(bare(String(alert.symbol)))),
    })
  );
  const answers: Answer[] = [];
  const size = oneByOne ? 1 : 250;
  for (let sent = 0; sent < alerts.length; sent += size) {
    answers.push(...await book(sql, alerts.slice(sent, sent + size)));
  }
  const fills = answers.flatMap((answer) =>
    answer.fills.map(({ side, quantity, price }) => `${side} ${quantity} @ ${price}`)
  );
  return { account, answers, fills, symbolOf };
}

const bare = (symbol: string): string => symbol.split(":").at(-1) ?? symbol;

function read(alert: Record<string, unknown>): Record<string, unknown> {
  const body = takeKeys(readBody(new TextEncoder().encode(JSON.stringify(alert))));
  const result = readAlerts(body, {
    now: Date.now(),
    account: null,
    ownAccount: null,
    strategy: null,
    strike: createStrike([]),
  });
  ok(result.ok, JSON.stringify(result));
  equal(result.alerts.length, 1);
  const [{ alert: canonical, hash }] = result.alerts as [typeof result.alerts[0]];
  const said = Object.entries(canonical).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(said), hash };
}
