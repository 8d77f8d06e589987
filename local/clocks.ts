import type { Secrets } from "./secrets.ts";

/** Calls the stack's own API with its secret key, and returns what it answers. */
type Post = (path: string) => Promise<unknown>;
type Beat = (post: Post) => Promise<void>;

/** Has old marks and minutes compacted until none are left. */
const compact: Beat = async (post) => {
  while (Number(await post("/rest/v1/rpc/compact_history")) > 0);
};

/** Wakes the function `notifications` when something is due: retries and daily summaries wait for nothing else. */
const notify: Beat = async (post) => {
  const work = async () => await post("/rest/v1/rpc/notification_work") as { channels: number; due: boolean };
  if ((await work()).channels === 0) return;
  await post("/rest/v1/rpc/enqueue_timed_events");
  if ((await work()).due) await post("/functions/v1/notifications");
};

/** Has the function `marks` look for new bars, once in each minute. */
function mark(): Beat {
  const minute = () => Math.floor(Date.now() / 60_000);
  let looked = minute();
  return async (post) => {
    if (minute() === looked) return;
    looked = minute();
    const sources = await post("/rest/v1/rpc/list_mark_sources") as { enabled: boolean }[];
    if (sources.some(({ enabled }) => enabled)) await post("/functions/v1/marks");
  };
}

/** Does by itself what pg_cron does on Supabase, for the functions that there are. Returns how to stop each clock. */
export function startClocks(
  apiUrl: string,
  { secretKey }: Pick<Secrets, "secretKey">,
  functions: { has(name: string): boolean },
): (() => Promise<void>)[] {
  /** Never beats twice at a time; a beat that fails is followed by the next. */
  const startClock = (everyMs: number, beat: Beat) => {
    const stopped = new AbortController();
    const post: Post = async (path) => {
      const response = await fetch(apiUrl + path, {
        method: "POST",
        headers: { apikey: secretKey, "content-type": "application/json" },
        body: "{}",
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(60_000)]),
      });
      return await response.json();
    };
    let beating: Promise<void> | null = null;
    const timer = setInterval(() => {
      beating ??= beat(post).catch(() => {}).finally(() => beating = null);
    }, everyMs);
    return async () => {
      clearInterval(timer);
      stopped.abort();
      await beating;
    };
  };
  return [
    startClock(60_000, compact),
    ...functions.has("notifications") ? [startClock(5_000, notify)] : [],
    ...functions.has("marks") ? [startClock(1_000, mark())] : [],
  ];
}
