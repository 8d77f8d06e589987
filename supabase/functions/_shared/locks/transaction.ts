import type { TransactionSql } from "postgres";
import type { Connection } from "./connection.ts";
import { LockUsageError } from "./errors.ts";

/** What of postgres.js would leave the transaction, its connection, or its lock. */
const OUTSIDE = /^(begin|reserve|listen|subscribe|end|close|prepare)$/;

/** The part of a postgres.js query that every statement passes just before it is sent. */
interface Query {
  handler: (query: Query) => void;
  reject(error: unknown): void;
  catch(onRejected: (error: unknown) => void): unknown;
}

/**
 * Gives a callback the one connection that holds its lock, for as long as it does. Not `sql.begin` of the driver: when
 * the connection is lost, that writes its rollback to a socket that is null, and the isolate dies of it.
 */
export function guardTransaction(connection: Connection) {
  /** Makes the error that says why nothing passes any more. */
  let refuse: (() => unknown) | undefined;
  let failed: { error: unknown } | undefined;
  let savepoints = 0;

  const check = () => {
    if (refuse) throw refuse();
  };

  /** Sees to it that the query, which is sent when it is first awaited, is not sent too late. */
  function watch<T>(made: T): T {
    const query = made as unknown as Query;
    if (typeof query?.handler !== "function") return made;
    const send = query.handler;
    query.handler = (sent) => {
      if (refuse) return sent.reject(refuse());
      send(sent);
      sent.catch((error) => failed ??= { error });
    };
    return made;
  }

  async function savepoint(...args: unknown[]): Promise<unknown> {
    check();
    const body = args.at(-1) as (sql: TransactionSql) => unknown;
    const name = `lock_savepoint_${++savepoints}`;
    const failedBefore = failed;
    await connection.run(`savepoint ${name}`);
    try {
      const result = await body(sql);
      await connection.run(`release savepoint ${name}`);
      return result;
    } catch (error) {
      if (refuse === undefined) await connection.run(`rollback to savepoint ${name}`);
      failed = failedBefore;
      throw error;
    }
  }

  const sql = new Proxy(connection.sql, {
    apply(target, self, args) {
      check();
      return watch(Reflect.apply(target, self, args));
    },
    get(target, property) {
      if (property === "savepoint") return savepoint;
      if (typeof property === "string" && OUTSIDE.test(property)) {
        throw new LockUsageError(
          "lock_usage",
          `${property} is not for a lock's transaction: it would leave it`,
        );
      }
      const value = Reflect.get(target, property);
      if (typeof value !== "function" || property === "PostgresError") return value;
      return (...args: unknown[]) => {
        check();
        return watch(Reflect.apply(value, target, args));
      };
    },
  }) as unknown as TransactionSql;

  return {
    sql,
    failure: (): unknown => failed?.error,
    /** From now on nothing passes: a statement sent late would run in whatever transaction comes next. */
    shut: (reason: () => unknown): void => void (refuse ??= reason),
  };
}
