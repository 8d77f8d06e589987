import type { Answer, HttpFacts } from "../facts.ts";

const DEADLINE = 10_000;

/** What the functions answer to somebody who has no key. */
export async function readHttpFacts(url: string): Promise<HttpFacts> {
  const functions = `${url.replace(/\/+$/, "")}/functions/v1`;
  const [live, ready, keyless] = await Promise.all([
    ask(`${functions}/health`),
    ask(`${functions}/health/ready`),
    ask(`${functions}/alerts`, { method: "POST", body: "{}" }),
  ]);
  return { url, live, ready, keyless };
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer | null> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE), redirect: "manual" });
    const body = await response.json().catch(() => null);
    const date = Date.parse(response.headers.get("date") ?? "");
    const checks: Record<string, { ok?: boolean }> = body?.checks ?? {};
    return {
      status: response.status,
      code: typeof body?.error?.code === "string" ? body.error.code : null,
      down: Object.entries(checks).filter(([, { ok }]) => ok !== true).map(([name]) => name),
      // A Date has whole seconds, cut off: half a second more is the best guess.
      clockAheadMs: Number.isNaN(date) ? null : date + 500 - Date.now(),
    };
  } catch {
    return null;
  }
}
