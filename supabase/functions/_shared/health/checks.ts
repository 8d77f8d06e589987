import type { SendCommands } from "../cache/redis.ts";
import type { DatabaseClient } from "../database/client.ts";
import { REFUSED_KEY } from "../database/secret-keys.ts";
import type { AppHandler } from "../http/app.ts";
import { orAborted } from "../time/or-aborted.ts";
import { SCHEMA_VERSION } from "./schema-version.ts";

/** What PostgREST says of a function that it does not know: from its own memory, whether Postgres is there or not. */
const UNKNOWN_FUNCTION = "PGRST202";

/** Milliseconds for which a finding about Redis is told again: anybody may ask, and its commands are money. */
const REDIS_MEMORY = 10_000;
/** And of the others, so that a flood of questions does not become one of queries. */
const MEMORY = 1_000;

/** Asks once for all who ask within `milliseconds`. */
export function remembered(check: Check, milliseconds: number, now: () => number = Date.now): Check {
  let last: { until: number; finding: ReturnType<Check> } | null = null;
  return (signal) => {
    if (last === null || now() >= last.until) last = { until: now() + milliseconds, finding: check(signal) };
    return last.finding;
  };
}

/** What a function needs to be of use, by name. Without Redis configured it is not asked for. */
export function componentChecks(database: DatabaseClient, send: SendCommands | null): Record<string, Check> {
  const version = (signal: AbortSignal) => database.rpc("schema_version").abortSignal(signal);
  return {
    postgrest: remembered(async (signal) => {
      const { error } = await database.rpc("is_postgrest_there" as never).abortSignal(signal);
      return error?.code === REFUSED_KEY ? REFUSED_KEY : error?.code === UNKNOWN_FUNCTION;
    }, MEMORY),
    // Postgres answers, through PostgREST: no other way is needed to it.
    postgres: remembered(async (signal) => (await version(signal)).error === null, MEMORY),
    // The database has the migrations that this code needs. One that is ahead is fine: it is migrated before the functions.
    migrations: remembered(async (signal) => {
      const { data } = await version(signal);
      return typeof data === "string" && data >= SCHEMA_VERSION;
    }, MEMORY),
    ...send !== null && {
      redis: remembered(async () => {
        const [reply] = await send([{ op: "mget", keys: ["health"] }]);
        return reply?.ok === true;
      }, REDIS_MEMORY),
    },
  };
}

/** Asks one component whether it works. What throws, answers false or an error's code, or outlasts the signal does not. */
export type Check = (signal: AbortSignal) => Promise<boolean | string>;

async function examine(check: Check, deadlineMs: number) {
  const started = performance.now();
  const signal = AbortSignal.timeout(deadlineMs);
  const said = await orAborted(check(signal), signal).catch(() => false);
  const milliseconds = Math.round(performance.now() - started);
  return typeof said === "string" ? { ok: false, milliseconds, error: said } : { ok: said, milliseconds };
}

/**
 * `GET /health/ready`: 200 when every component works, 503 when one does not; which, and how fast each was.
 *
 * @param checks by name; asked all at once
 * @param deadlineMs milliseconds that each gets
 */
export function readiness(checks: Record<string, Check>, deadlineMs = 1_000): AppHandler {
  return async (context) => {
    const named = Object.entries(checks).map(async ([name, check]) =>
      [name, await examine(check, deadlineMs)] as const
    );
    const findings = await Promise.all(named);
    const failing = findings.filter(([, { ok }]) => !ok).map(([name]) => name);
    if (failing.length > 0) {
      context.get("logFields").failure = failing.join(" ");
      context.header("retry-after", "1");
    }
    return context.json({
      status: failing.length === 0 ? "ok" : "unavailable",
      checks: Object.fromEntries(findings),
      request_id: context.get("requestId"),
    }, failing.length === 0 ? 200 : 503);
  };
}
