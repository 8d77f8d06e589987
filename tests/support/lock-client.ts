/**
 * A process that asks for a lock, and whether it is held, and prints what came of it as JSON:
 * `lock-client.ts <database url> <timeout in milliseconds>`. An error that nobody handles ends it with a code above 0.
 */
import { createAdvisoryLockService } from "../../supabase/functions/_shared/locks/advisory-locks.ts";

const [url, timeoutMs] = Deno.args;
const locks = createAdvisoryLockService({ url, timeoutMs: Number(timeoutMs) });
const outcome = (asking: Promise<unknown>) =>
  asking.then(String, ({ code, cause }) => `${code} by ${cause?.code}`);
const withLock = await outcome(locks.withLock("k", () => "held"));
const isLocked = await outcome(locks.isLocked("k"));
const { retries } = locks.getStats();
await locks.close();
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ withLock, isLocked, retries })));
