import type { Cache } from "./cache/cache.ts";
import type { Config } from "./config/config.ts";
import type { DatabaseClient } from "./database/client.ts";
import { createOutbox } from "./notifications/outbox-rpc.ts";
import { createCallNotifications, createWake } from "./notifications/wake.ts";
import type { Log } from "./observability/log.ts";
import { voidAnswers } from "./portfolio/cache-keys.ts";

/** What follows a change of accounts, behind the answer: what is cached of them is void, and their events are sent. */
export function createAfterChanges(
  { cache, database, config, log }: { cache: Cache; database: DatabaseClient; config: Config; log: Log },
): (accounts: readonly string[]) => void {
  const voidCached = voidAnswers(cache, log);
  const wake = createWake({ outbox: createOutbox(database), call: createCallNotifications(config), log });
  return (accounts) => {
    voidCached(accounts);
    wake();
  };
}
