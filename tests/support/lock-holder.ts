/**
 * A process that takes a lock and keeps it until it is killed: `lock-holder.ts <database url> <key> idle|busy`.
 * Busy means in the middle of a statement. It prints a line once it holds the lock.
 */
import { createAdvisoryLockService } from "../../supabase/functions/_shared/locks/advisory-locks.ts";

const [url, key = "", how] = Deno.args;
const locks = createAdvisoryLockService({ url });
await locks.withLock(key, async (tx) => {
  await tx`select 1`;
  Deno.stdout.writeSync(new TextEncoder().encode("held\n"));
  if (how === "busy") await tx`select pg_sleep(60)`;
  else await new Promise((resolve) => setTimeout(resolve, 60_000));
});
