import { postAsService, startClock } from "./clock.ts";
import type { Secrets } from "./secrets.ts";

const beatMs = 1_000;

/** Has the function `marks` look for new bars once a minute, as pg_cron does on Supabase. Returns how to stop it. */
export function startMarksClock(
  apiUrl: string,
  { secretKey }: Pick<Secrets, "secretKey">,
): () => Promise<void> {
  const minute = () => Math.floor(Date.now() / 60_000);
  let looked = minute();
  return startClock(beatMs, async (stopped) => {
    if (minute() === looked) return;
    looked = minute();
    const sources = await postAsService(`${apiUrl}/rest/v1/rpc/list_mark_sources`, secretKey, stopped);
    if ((sources as { enabled: boolean }[]).some(({ enabled }) => enabled)) {
      await postAsService(`${apiUrl}/functions/v1/marks`, secretKey, stopped);
    }
  });
}
