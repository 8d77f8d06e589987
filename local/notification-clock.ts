import { postAsService, startClock } from "./clock.ts";
import type { Secrets } from "./secrets.ts";

const beatMs = 5_000;

/**
 * Wakes the function `notifications` when something is due, as pg_cron does on Supabase: retries and daily summaries
 * wait for nothing else. Returns how to stop it.
 */
export const startNotificationClock = (
  apiUrl: string,
  { secretKey }: Pick<Secrets, "secretKey">,
): () => Promise<void> =>
  startClock(beatMs, async (stopped) => {
    const post = (path: string) => postAsService(apiUrl + path, secretKey, stopped);
    const work = async () =>
      await post("/rest/v1/rpc/notification_work") as { channels: number; due: boolean };
    if ((await work()).channels === 0) return;
    await post("/rest/v1/rpc/enqueue_timed_events");
    if ((await work()).due) await post("/functions/v1/notifications");
  });
