import { deepEqual } from "node:assert/strict";
import {
  createAdvisoryLockService,
  lockMetrics,
} from "../../../supabase/functions/_shared/locks/advisory-locks.ts";

Deno.test("what became of locks is counted from zero, and the connections in use and idle beside it", async () => {
  const locks = createAdvisoryLockService({ url: "postgresql://127.0.0.1:1/none" });
  const told: Record<string, number> = {};
  lockMetrics(locks)({
    total: (name, value) => void (told[name] = value),
    gauge: (name, value, labels) => void (told[`${name} ${labels?.state}`] = value),
  });
  deepEqual(told, {
    lock_acquired_total: 0,
    lock_waited_total: 0,
    lock_timeouts_total: 0,
    lock_retries_total: 0,
    lock_lost_total: 0,
    "lock_connections busy": 0,
    "lock_connections idle": 0,
  });
  await locks.close();
});
