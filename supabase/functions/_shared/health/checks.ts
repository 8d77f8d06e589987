import type { SendCommands } from "../cache/redis.ts";
import type { DatabaseClient } from "../database/client.ts";
import { REFUSED_KEY } from "../database/secret-keys.ts";
import type { Check } from "./readiness.ts";
import { SCHEMA_VERSION } from "./schema-version.ts";

/** What PostgREST says of a function that it does not know: from its own memory, whether Postgres is there or not. */
const UNKNOWN_FUNCTION = "PGRST202";

/** Milliseconds for which a finding about Redis is told again: anybody may ask, and its commands are money. */
const REDIS_MEMORY = 10_000;
/** And of the others, so that a flood of questions does not become one of queries. */
const MEMORY = 1_000;

const postgrest = (database: DatabaseClient): Check => async (signal) => {
  const { error } = await database.rpc("is_postgrest_there" as never).abortSignal(signal);
  return error?.code === REFUSED_KEY ? REFUSED_KEY : error?.code === UNKNOWN_FUNCTION;
};

/** Postgres answers, through PostgREST: no other way is needed to it. */
const postgres = (database: DatabaseClient): Check => async (signal) =>
  (await database.rpc("schema_version").abortSignal(signal)).error === null;

/** The database has the migrations that this code needs. One that is ahead is fine: it is migrated before the functions. */
const migrations = (database: DatabaseClient): Check => async (signal) => {
  const { data } = await database.rpc("schema_version").abortSignal(signal);
  return typeof data === "string" && data >= SCHEMA_VERSION;
};

const redis = (send: SendCommands): Check => async () => {
  const [reply] = await send([{ op: "mget", keys: ["health"] }]);
  return reply?.ok === true;
};

/** Asks once for all who ask within `milliseconds`. */
export function remembered(check: Check, milliseconds: number, now: () => number = Date.now): Check {
  let last: { until: number; finding: ReturnType<Check> } | null = null;
  return (signal) => {
    if (last === null || now() >= last.until) {
      last = { until: now() + milliseconds, finding: check(signal) };
    }
    return last.finding;
  };
}

/** What a function needs to be of use, by name. Without Redis configured it is not asked for. */
export function componentChecks(database: DatabaseClient, send: SendCommands | null): Record<string, Check> {
  return {
    postgrest: remembered(postgrest(database), MEMORY),
    postgres: remembered(postgres(database), MEMORY),
    migrations: remembered(migrations(database), MEMORY),
    ...send === null ? {} : { redis: remembered(redis(send), REDIS_MEMORY) },
  };
}
