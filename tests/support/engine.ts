import type { Sql } from "postgres";
import type { Answer } from "./alerts.ts";
import { unique } from "./stack.ts";

/** The fields of a canonical alert (docs/alerts.md) that a test cares about; the rest is filled in. */
export type Alert = Record<string, unknown>;

let sent = 0;
/** A canonical alert as the alerts function hands it to `process_alerts`, with a hash of its own. */
export const canonical = (alert: Alert): Alert => ({
  account: "default",
  strategy: "",
  quantity_type: "units",
  order_type: "market",
  hash: (++sent).toString(16).padStart(8, "0") + crypto.randomUUID().replaceAll("-", "").slice(0, 24),
  ...alert,
});

/** Books alerts as the service role in one call, over a direct connection; one answer each, in order. */
export async function book(sql: Sql, alerts: Alert[]): Promise<Answer[]> {
  const batch = JSON.stringify(alerts.map(canonical));
  return await sql.begin(async (tx) => {
    await tx`set local role service_role`;
    const [row] = await tx`select public.process_alerts(${batch}::text::jsonb) as answers`;
    return row?.answers as Answer[];
  }) as Answer[];
}

/**
 * Books alerts whose names no rule allows: what reads them is to be safe by itself. The rules are away only inside of the
 * transaction, so that nobody else sees them gone.
 */
export async function bookUnruled(sql: Sql, alerts: Alert[]): Promise<Answer[]> {
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('bookUnruled'))`;
    const rules =
      await tx`select c.contypid::regtype::text as domain, c.conname as name, pg_get_constraintdef(c.oid) as rule
      from pg_constraint c where c.contypid in ('trading.symbol'::regtype, 'trading.strategy'::regtype)`;
    for (const { domain, name } of rules) await tx.unsafe(`alter domain ${domain} drop constraint ${name}`);
    const [row] = await tx`select public.process_alerts(${
      JSON.stringify(alerts.map(canonical))
    }::text::jsonb) as answers`;
    for (const { domain, name, rule } of rules) {
      await tx.unsafe(`alter domain ${domain} add constraint ${name} ${rule}`);
    }
    return row?.answers as Answer[];
  }) as Answer[];
}

/** A fresh account over a direct connection; returns its name. */
export async function openAccount(
  sql: Sql,
  settings: Record<string, unknown> = { leverage: null },
  cash = "100000",
): Promise<string> {
  const account = unique("acct");
  await sql`select public.create_account(${account}, ${cash}::text::numeric, settings => ${
    JSON.stringify(settings)
  }::text::jsonb)`;
  return account;
}
