import type { Connection } from "./connection.ts";
import type { ActiveLock } from "./lock-service.ts";
import { lockId } from "./lock-key.ts";

/** Every lock and lease held in the database, the oldest first. */
export async function readActiveLocks(connection: Connection): Promise<ActiveLock[]> {
  // Whole numbers of eight bytes would come as text.
  return await connection.answer(connection.sql<ActiveLock[]>`
    select l.key, l.kind, l.holder, l.pid, l.since, l.held_ms::float8 as "heldMs", l.waiters,
      l.longest_wait_ms::float8 as "longestWaitMs", l.fencing_token::float8 as "fencingToken", l.expires_at as "expiresAt"
    from public.active_locks() l`);
}

export async function readIsLocked(connection: Connection, key: string): Promise<boolean> {
  const [row] = await connection.answer(connection.sql<{ locked: boolean }[]>`
    select exists (
      select from pg_catalog.pg_locks l
      where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
        and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = ${String(lockId(key))}::text::bigint
    ) as locked`);
  return row?.locked ?? false;
}
