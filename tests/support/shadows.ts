import { deepEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import { Desk, type DeskOptions } from "./desk.ts";
import type { Alert } from "./engine.ts";
import { asService } from "./follow.ts";
import { unique } from "./stack.ts";
import { onSharedConnection } from "./shared-connection.ts";

export { asService, catchUp, fillsOf } from "./follow.ts";

/** What a shadow is made with. */
export interface ShadowOptions {
  settings?: Record<string, unknown>;
  size_factor?: string;
  initial_cash?: string;
}

/** Has a new account, or a shadow that is there, follow an account; returns its name. */
export async function shadowOf(
  { sql, account }: Desk,
  { settings = {}, size_factor, initial_cash }: ShadowOptions = {},
  name = unique("shadow"),
): Promise<string> {
  await asService(
    sql,
    (tx) =>
      tx`select public.upsert_shadow_account(${account}, ${name}, ${JSON.stringify(settings)}::text::jsonb,
      ${size_factor ?? null}::text::numeric, ${initial_cash ?? null}::text::numeric)`,
  );
  return name;
}

/** How far behind its account a shadow is, and why. */
export interface Followed {
  shadow: string;
  size_factor: string;
  differs: Record<string, unknown>;
  equity: string;
  net_pnl: string;
  behind: string;
  behind_since: Date | null;
  failure: string | null;
}

/** The shadows of an account, as they are listed. */
export const shadowsOf = (sql: Sql, account: string): Promise<Followed[]> =>
  sql<Followed[]>`select * from public.list_shadow_accounts(${account})`.then((rows) => [...rows]);

/** How many alerts an account's inbox has. */
export async function countAlerts(sql: Sql, account: string): Promise<number> {
  const [row] = await sql`
    select count(*)::int as alerts from trading.alerts l join trading.accounts a on a.id = l.account_id where a.name = ${account}`;
  return row?.alerts;
}

/** Does something while somebody else holds an account. */
export const whileSomebodyHolds = <T>(holder: Sql, account: string, work: () => Promise<T>): Promise<T> =>
  holder.begin(async (tx) => {
    await tx`select from trading.accounts a where a.name = ${account} for update`;
    return await work();
  }) as Promise<T>;

/** A market order for one unit at 100. */
export const one = (more: Alert = {}): Alert => ({ action: "buy", quantity: "1", price: "100", ...more });

/** A test with a desk that has a shadow; afterwards both must agree with their ledgers. */
export function shadowTest(
  name: string,
  options: DeskOptions & { shadow?: ShadowOptions },
  body: (desk: Desk, shadow: string) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await onSharedConnection(async (sql) => {
      const desk = await Desk.open(options, sql);
      const shadow = await shadowOf(desk, options.shadow);
      await body(desk, shadow);
      for (const account of [desk.account, shadow]) {
        deepEqual([...await sql`select * from public.verify_account(${account})`], [], account);
      }
    });
  });
}
