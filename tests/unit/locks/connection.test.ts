import { rejects } from "node:assert/strict";
import { createAdvisoryLockService } from "../../../supabase/functions/_shared/locks/advisory-locks.ts";

/** What a server says to a client that it lets in: AuthenticationOk and ReadyForQuery. */
const WELCOME = new Uint8Array([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

Deno.test("a server that hangs up on a new connection's first question fails who waits, and not the isolate", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const client of listener) {
      const message = new Uint8Array(4_096);
      await client.read(message);
      await client.write(WELCOME);
      await client.read(message);
      client.close();
    }
  })();
  const locks = createAdvisoryLockService({
    url: `postgresql://postgres@127.0.0.1:${listener.addr.port}/postgres`,
  });
  await rejects(locks.withLock("k", () => 1, { timeoutMs: 300 }), { name: /^Lock/ });
  await locks.close();
  listener.close();
  await serving;
});
