import type { Sql, TransactionSql } from "postgres";
import { connect } from "./stack.ts";

/**
 * Connections that the tests of a file share, opened before them, so that no test is said to have left them open. In a
 * new one every function is compiled and planned anew: 50 to 100 ms of CPU for a booking.
 */
export async function openShared(max: number): Promise<Sql> {
  const sql = connect(max);
  // At the same time, so that each opens one.
  await Promise.all(Array.from({ length: max }, () => sql`select pg_sleep(0.01)`));
  return sql;
}

const shared = await openShared(1);

/** Runs a test's body on the connection that the tests of its file share, and takes back what it set for its session. */
export async function onSharedConnection<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await body(shared);
  } finally {
    await shared`reset all`;
  }
}

/** Runs a test's body in a transaction that is undone afterwards. */
export async function undone(body: (tx: TransactionSql) => Promise<void>): Promise<void> {
  const undo = new Error("undo");
  try {
    await onSharedConnection((sql) =>
      sql.begin(async (tx) => {
        await body(tx);
        throw undo;
      })
    );
  } catch (error) {
    if (error !== undo) throw error;
  }
}
