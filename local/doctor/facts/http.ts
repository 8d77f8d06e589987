import { CLIENT_ADDRESS, TRADINGVIEW } from "../../../supabase/functions/_shared/http/allowed-sources.ts";

const DEADLINE = 10_000;

/** What the functions answer to somebody who has no key; `sources`: `ALLOWED_ALERT_IPS`. */
export async function readHttpFacts(url: string, sources: string) {
  const functions = `${url.replace(/\/+$/, "")}/functions/v1`;
  const alert = { method: "POST", body: "{}" };
  const claim = claimOf(sources);
  const [live, ready, keyless, claimed] = await Promise.all([
    ask(`${functions}/health`),
    ask(`${functions}/health/ready`),
    ask(`${functions}/alerts`, alert),
    claim === null ? null : ask(`${functions}/alerts`, { ...alert, headers: claim }),
  ]);
  return {
    url,
    live,
    ready,
    /** An alert without a key. */
    keyless,
    /** The same, where it claims in a header to come from an address of `ALLOWED_ALERT_IPS`; null without such a list, too. */
    claimed,
  };
}

/** Headers as a liar would set them, to be taken for the first of the sources. */
function claimOf(sources: string): Record<string, string> | null {
  const [first = ""] = sources.split(",").map((source) => source.trim()).filter((source) => source !== "");
  const [address = ""] = first.toLowerCase() === "tradingview" ? TRADINGVIEW : first.split("/");
  return address === "" ? null : { "x-forwarded-for": address, "cf-connecting-ip": address };
}

/** An answer of the functions. */
export type Answer = NonNullable<Awaited<ReturnType<typeof ask>>>;

/** Null: no answer. */
async function ask(url: string, init: RequestInit = {}) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE), redirect: "manual" });
    const body = await response.json().catch(() => null);
    const date = Date.parse(response.headers.get("date") ?? "");
    const checks: Record<string, { ok?: boolean }> = body?.checks ?? {};
    return {
      status: response.status,
      /** `error.code` of our error answers; null for another shape. */
      code: typeof body?.error?.code === "string" ? body.error.code as string : null,
      /** The address that the function saw, which it says to whom it refuses for it. */
      address: response.headers.get(CLIENT_ADDRESS),
      /** Names of components that `health/ready` calls down. */
      down: Object.entries(checks).filter(([, { ok }]) => ok !== true).map(([name]) => name),
      /** By how much its Date is ahead of this machine's clock. It has whole seconds, cut off: half a second more is the best guess. */
      clockAheadMs: Number.isNaN(date) ? null : date + 500 - Date.now(),
    };
  } catch {
    return null;
  }
}
