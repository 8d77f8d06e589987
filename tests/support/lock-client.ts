/**
 * A process that asks for a lock, and whether it is held, and prints what came of it as JSON:
 * `lock-client.ts <database url> <timeout in milliseconds> [authority]`. An error that nobody handles ends it with a code above 0.
 */
import { createAdvisoryLockService } from "../../supabase/functions/_shared/locks/advisory-locks.ts";
import { loadDriver } from "../../supabase/functions/_shared/locks/connection.ts";

const [url, timeoutMs, ca] = Deno.args;
// On a busy machine the driver alone takes half a second to load: what is measured is the server.
await loadDriver();
const locks = createAdvisoryLockService({ url, timeoutMs: Number(timeoutMs), ca: ca || undefined });
const outcome = (asking: Promise<unknown>) =>
  asking.then(String, ({ code, cause }) => `${code} by ${cause?.code}`);
const withLock = await outcome(locks.withLock("k", async (tx) => {
  const [session] = await tx`select s.ssl from pg_stat_ssl s where s.pid = pg_backend_pid()`;
  return session?.ssl === true ? "held, encrypted" : "held";
}));
const isLocked = await outcome(locks.isLocked("k"));
const { retries } = locks.getStats();
await locks.close();
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ withLock, isLocked, retries })));
