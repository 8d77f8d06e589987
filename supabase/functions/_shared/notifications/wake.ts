import type { Config } from "../config/config.ts";
import { withSecretKeys } from "../database/secret-keys.ts";
import { background } from "../runtime/background.ts";
import type { Log } from "../observability/log.ts";
import type { Outbox } from "./outbox-rpc.ts";

export type CallNotifications = ReturnType<typeof createCallNotifications>;

/** Makes what posts to the function `notifications` as this project, by its own URL; it knows the service's key. */
export function createCallNotifications(
  { supabaseUrl, serviceKeys }: Pick<Config, "supabaseUrl" | "serviceKeys">,
) {
  const fetch = withSecretKeys(serviceKeys);
  return (path: string, body: unknown, signal: AbortSignal): Promise<Response> =>
    fetch(new URL(`/functions/v1/notifications${path}`, supabaseUrl), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
}

/** Milliseconds for which nobody asks again when there are no channels. */
const QUIET = 5_000;
/** Milliseconds that the database gets, and that a dispatcher is waited for before the next may be woken. */
const PATIENCE = 2_000;
const HANDED_OVER = 1_000;

/**
 * Has what an alert put into the outbox sent, behind its answer. The function `notifications` does it, not this isolate:
 * it alone dials addresses that users choose, and a slow receiver takes nothing from the alerts.
 *
 * Many calls at a time are one. Without channels the database is asked once in five seconds at most, and nothing else
 * happens: a call costs a comparison.
 */
export function createWake(
  { outbox, call, log, later = setTimeout, now = Date.now }: {
    outbox: Pick<Outbox, "work">;
    call: CallNotifications;
    log: Log;
    later?: (work: () => void, milliseconds: number) => unknown;
    now?: () => number;
  },
): () => void {
  let quietUntil = 0;
  let state: "idle" | "running" | "again" = "idle";

  async function wake(): Promise<void> {
    const { channels, due } = await outbox.work(AbortSignal.timeout(PATIENCE));
    if (channels === 0) quietUntil = now() + QUIET;
    if (!due || channels === 0) return;
    const answered = call("", {}, AbortSignal.timeout(60_000)).then(async (response) => {
      await response.body?.cancel();
      if (!response.ok) log("warn", "notifications were not sent", { status: response.status });
    }, () => log("warn", "notifications were not sent", { status: "no_answer" }));
    background(answered);
    await Promise.race([answered, new Promise<void>((resolve) => later(resolve, HANDED_OVER))]);
  }

  async function run(): Promise<void> {
    do {
      state = "running";
      // Quiet: the channel made a moment ago is seen at the end of it, without another alert.
      if (quietUntil > now()) await new Promise<void>((resolve) => later(resolve, quietUntil - now()));
      await wake().catch(() => log("warn", "notifications were not sent", { status: "no_database" }));
    } while ((state as string) === "again" && quietUntil <= now());
    state = "idle";
  }

  return () => {
    if (state !== "idle") {
      state = "again";
      return;
    }
    state = "running";
    background(run());
  };
}
