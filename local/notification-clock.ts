import type { Secrets } from "./secrets.ts";

const beatMs = 5_000;

/**
 * Wakes the function `notifications` when something is due, as pg_cron does on Supabase: retries and daily summaries
 * wait for nothing else. A beat that fails is followed by the next. Returns how to stop it.
 */
export function startNotificationClock(
  apiUrl: string,
  { secretKey }: Pick<Secrets, "secretKey">,
): () => Promise<void> {
  const stopped = new AbortController();
  const post = async (path: string) => {
    const response = await fetch(apiUrl + path, {
      method: "POST",
      headers: { apikey: secretKey, "content-type": "application/json" },
      body: "{}",
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(60_000)]),
    });
    return await response.json();
  };
  const beat = async () => {
    const { channels } = await post("/rest/v1/rpc/notification_work");
    if (channels === 0) return;
    await post("/rest/v1/rpc/enqueue_daily_summaries");
    const { due } = await post("/rest/v1/rpc/notification_work");
    if (due) await post("/functions/v1/notifications");
  };

  let beating = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    beating = beat().catch(() => {}).finally(() => busy = false);
  }, beatMs);
  return async () => {
    clearInterval(timer);
    stopped.abort();
    await beating;
  };
}
