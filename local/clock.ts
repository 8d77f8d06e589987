/** Does something at every beat, as pg_cron does on Supabase: never twice at a time, and a beat that fails is followed by the next. */
export function startClock(
  beatMs: number,
  beat: (stopped: AbortSignal) => Promise<void>,
): () => Promise<void> {
  const stopped = new AbortController();
  let beating = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    beating = beat(stopped.signal).catch(() => {}).finally(() => busy = false);
  }, beatMs);
  return async () => {
    clearInterval(timer);
    stopped.abort();
    await beating;
  };
}

/** Posts to the stack's own API with its secret key, and returns what it answers. */
export async function postAsService(url: string, secretKey: string, stopped: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { apikey: secretKey, "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.any([stopped, AbortSignal.timeout(60_000)]),
  });
  return await response.json();
}
