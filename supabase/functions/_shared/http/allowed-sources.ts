import { isWithin, parseAddress, parseNetwork } from "../network/address.ts";
import type { AppContext, AppMiddleware } from "./app.ts";
import { clientAddress, type TrustedProxy } from "../network/client-address.ts";
import { HttpError } from "./errors.ts";

/** Where TradingView's webhooks come from (tradingview.com/support/solutions/43000529348). */
export const TRADINGVIEW = ["52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7"];

/** The header that says to who is refused which address the request came from, as it is seen here. */
export const CLIENT_ADDRESS = "x-client-address";

export type Sources = (address: string) => boolean;

/**
 * Reads a list of addresses, networks (`203.0.113.0/24`, `2001:db8::/32`) and the word `tradingview`, separated by
 * commas; null when it is empty, or an Error that names the place of what cannot be read.
 */
export function parseSources(text: string): Sources | null | Error {
  const words = text.split(",").map((word) => word.trim()).filter((word) => word !== "");
  if (words.length === 0) return null;
  const networks = words.map((word) =>
    (word.toLowerCase() === "tradingview" ? TRADINGVIEW : [word]).map(parseNetwork)
  );
  const wrong = networks.findIndex((some) => some.includes(null));
  if (wrong !== -1) {
    return new Error(`entry ${wrong + 1} is no address, no network and not the word tradingview`);
  }
  const known = networks.flat().filter((network) => network !== null);
  return (text) => {
    const address = parseAddress(text);
    return address !== null && known.some((network) => isWithin(address, network));
  };
}

/** Refuses a request from an address that alerts are not taken from. Throws HttpError 403. */
export type RequireSource = (context: AppContext) => void;

/** That refusal for these sources, whatever the request carries; null: nobody is refused. */
export function createRequireSource(sources: Sources | null, proxy: TrustedProxy): RequireSource {
  if (sources === null) return () => {};
  return (context) => {
    const address = clientAddress(context.req.raw.headers, proxy);
    if (address !== null && sources(address)) return;
    context.get("logFields").address = address;
    const from = address ?? "an address that no proxy says";
    const told: Record<string, string> = address === null ? {} : { [CLIENT_ADDRESS]: address };
    throw new HttpError(403, "source_not_allowed", `alerts are not taken from ${from}`, undefined, told);
  };
}

/** The same as middleware. */
export function allowSources(sources: Sources | null, proxy: TrustedProxy): AppMiddleware {
  const requireSource = createRequireSource(sources, proxy);
  return async (context, next) => {
    requireSource(context);
    await next();
  };
}
