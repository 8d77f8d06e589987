import { parseAddress } from "./address.ts";

/**
 * Which hop tells a client's address: `cloudflare`, whose edge overwrites `cf-connecting-ip`; or how many proxies of
 * ours append to `x-forwarded-for`, so that the address is that many entries from its right.
 *
 * What stands further left is whatever the client wrote: on a hosted project too, a made-up `x-forwarded-for` arrives
 * in front of the real address (github.com/orgs/supabase/discussions/34647).
 */
export type TrustedProxy = "cloudflare" | number;

/**
 * What to trust when nobody said: hosted projects lie behind Cloudflare; elsewhere one gateway stands in front of the
 * functions (that of `deno task start`, or Kong of `supabase start`), and a header of Cloudflare's could be anybody's.
 */
export function defaultProxy(supabaseUrl: string): TrustedProxy {
  return /\.supabase\.(co|in)$/.test(new URL(supabaseUrl).hostname) ? "cloudflare" : 1;
}

/** The address that a request came from, as the trusted hop tells it; null when it tells none. */
export function clientAddress(headers: Headers, proxy: TrustedProxy): string | null {
  const told = proxy === "cloudflare"
    ? headers.get("cf-connecting-ip")
    : headers.get("x-forwarded-for")?.split(",").at(-proxy);
  return plainAddress(told ?? "");
}

/** The address in one spelling, an IPv4 address in IPv6 as IPv4; null when it is none. */
export function plainAddress(text: string): string | null {
  const address = text.trim().toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  return parseAddress(address) === null ? null : address;
}

/** What one subscriber has at least: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  const { bits, value } = parseAddress(address) ?? { bits: 32, value: 0n };
  if (bits === 32) return address;
  const groups = [112n, 96n, 80n, 64n].map((shift) => (value >> shift & 0xffffn).toString(16));
  return `${groups.join(":")}::/64`;
}
