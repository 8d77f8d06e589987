import { postAsService, startClock } from "./clock.ts";
import type { Secrets } from "./secrets.ts";

const beatMs = 60_000;

/** Has old marks and minutes compacted until none are left, as pg_cron does on Supabase. Returns how to stop it. */
export const startRetentionClock = (
  apiUrl: string,
  { secretKey }: Pick<Secrets, "secretKey">,
): () => Promise<void> =>
  startClock(beatMs, async (stopped) => {
    while (Number(await postAsService(`${apiUrl}/rest/v1/rpc/compact_history`, secretKey, stopped)) > 0);
  });
