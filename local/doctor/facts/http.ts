import { CLIENT_ADDRESS, TRADINGVIEW } from "../../../supabase/functions/_shared/http/allowed-sources.ts";
import type { Answer, HttpFacts } from "../facts.ts";

const DEADLINE = 10_000;

/** What the functions answer to somebody who has no key; `sources`: `ALLOWED_ALERT_IPS`. */
export async function readHttpFacts(url: string, sources: string): Promise<HttpFacts> {
  const functions = `${url.replace(/\/+$/, "")}/functions/v1`;
  const alert = { method: "POST", body: "{}" };
  const claim = claimOf(sources);
  const [live, ready, keyless, claimed] = await Promise.all([
    ask(`${functions}/health`),
    ask(`${functions}/health/ready`),
    ask(`${functions}/alerts`, alert),
    claim === null ? null : ask(`${functions}/alerts`, { ...alert, headers: claim }),
  ]);
  return { url, live, ready, keyless, claimed };
}

/** Headers as a liar would set them, to be taken for the first of the sources. */
function claimOf(sources: string): Record<string, string> | null {
  const [first = ""] = sources.split(",").map((source) => source.trim()).filter((source) => source !== "");
  const [address = ""] = first.toLowerCase() === "tradingview" ? TRADINGVIEW : first.split("/");
  return address === "" ? null : { "x-forwarded-for": address, "cf-connecting-ip": address };
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
      address: response.headers.get(CLIENT_ADDRESS),
      down: Object.entries(checks).filter(([, { ok }]) => ok !== true).map(([name]) => name),
      // A Date has whole seconds, cut off: half a second more is the best guess.
      clockAheadMs: Number.isNaN(date) ? null : date + 500 - Date.now(),
    };
  } catch {
    return null;
  }
}
