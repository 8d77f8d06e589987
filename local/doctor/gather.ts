import type { Facts } from "./facts.ts";
import { readConfigFacts } from "./facts/config.ts";
import { readDatabaseFacts } from "./facts/database.ts";
import { readHttpFacts } from "./facts/http.ts";
import { readRedisFacts } from "./facts/redis.ts";
import type { Target } from "./target.ts";

/** Asks everybody, at the same time. */
export async function gather({ isLocal, env, apiUrl, dbUrl, redis }: Target): Promise<Facts> {
  const [config, database, redisFacts, functions] = await Promise.all([
    readConfigFacts(),
    dbUrl === null ? null : readDatabaseFacts(dbUrl),
    redis === null ? null : readRedisFacts(redis),
    readHttpFacts(apiUrl, env.ALLOWED_ALERT_IPS ?? ""),
  ]);
  return { isLocal, env, config, dbUrl, database, redis: redisFacts, functions };
}
