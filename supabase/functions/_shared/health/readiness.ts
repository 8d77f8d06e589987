import type { AppHandler } from "../http/app.ts";
import { orAborted } from "../time/or-aborted.ts";

/** Asks one component whether it works. What throws, answers false or an error's code, or outlasts the signal does not. */
export type Check = (signal: AbortSignal) => Promise<boolean | string>;

async function examine(check: Check, deadlineMs: number) {
  const started = performance.now();
  const signal = AbortSignal.timeout(deadlineMs);
  const said = await orAborted(check(signal), signal).catch(() => false);
  const milliseconds = Math.round(performance.now() - started);
  return typeof said === "string" ? { ok: false, milliseconds, error: said } : { ok: said, milliseconds };
}

/**
 * `GET /health/ready`: 200 when every component works, 503 when one does not; which, and how fast each was.
 *
 * @param checks by name; asked all at once
 * @param deadlineMs milliseconds that each gets
 */
export function readiness(checks: Record<string, Check>, deadlineMs = 1_000): AppHandler {
  return async (context) => {
    const named = Object.entries(checks).map(async ([name, check]) =>
      [name, await examine(check, deadlineMs)] as const
    );
    const findings = await Promise.all(named);
    const failing = findings.filter(([, { ok }]) => !ok).map(([name]) => name);
    if (failing.length > 0) {
      context.get("logFields").failure = failing.join(" ");
      context.header("retry-after", "1");
    }
    return context.json({
      status: failing.length === 0 ? "ok" : "unavailable",
      checks: Object.fromEntries(findings),
      request_id: context.get("requestId"),
    }, failing.length === 0 ? 200 : 503);
  };
}
