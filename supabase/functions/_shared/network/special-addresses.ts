/**
 * Which addresses are not the public internet: all of the IANA special-purpose address registries for IPv4 and IPv6
 * (RFC 6890; as of 2025-10-09), and what the address architecture itself sets apart (multicast, all that is not global
 * unicast). A few entries of the registries are globally reachable, such as the anycast addresses of AS112: no receiver
 * of webhooks lives there, so they are refused with the rest. So is every form that carries an IPv4 address in it.
 */
import { type Address, isWithin, parseAddress, parseNetwork } from "./address.ts";

const SPECIAL = {
  "0.0.0.0/8": "this network",
  "10.0.0.0/8": "private use",
  "100.64.0.0/10": "shared address space",
  "127.0.0.0/8": "loopback",
  "169.254.0.0/16": "link local",
  "172.16.0.0/12": "private use",
  // With its parts: service continuity, the dummy address, port control and TURN anycast, NAT64 discovery.
  "192.0.0.0/24": "protocol assignments",
  "192.0.2.0/24": "documentation",
  "192.31.196.0/24": "AS112",
  "192.52.193.0/24": "multicast tunneling",
  // With 192.88.99.2/32, 6a44.
  "192.88.99.0/24": "6to4 relay",
  "192.168.0.0/16": "private use",
  "192.175.48.0/24": "AS112",
  "198.18.0.0/15": "benchmarking",
  "198.51.100.0/24": "documentation",
  "203.0.113.0/24": "documentation",
  "224.0.0.0/4": "multicast",
  // With 255.255.255.255/32, limited broadcast.
  "240.0.0.0/4": "reserved",

  // Within 2000::/3, which is global unicast.
  // With its parts: Teredo, port control and TURN anycast, benchmarking, multicast tunneling, AS112, ORCHID, drone ids.
  "2001::/23": "protocol assignments",
  "2001:db8::/32": "documentation",
  "2002::/16": "6to4",
  "2620:4f:8000::/48": "AS112",
  "3fff::/20": "documentation",

  // Beyond it all is special; these are called something.
  "::/128": "unspecified",
  "::1/128": "loopback",
  "::ffff:0:0/96": "IPv4-mapped",
  "::ffff:0:0:0/96": "IPv4-translated",
  "::/96": "IPv4-compatible",
  "64:ff9b::/96": "NAT64",
  "64:ff9b:1::/48": "NAT64",
  "100::/64": "discard only",
  "100:0:0:1::/64": "dummy prefix",
  "5f00::/16": "segment routing",
  "fc00::/7": "unique local",
  "fe80::/10": "link local",
  "fec0::/10": "site local",
  "ff00::/8": "multicast",
};

const BLOCKS = Object.entries(SPECIAL).map(([prefix, name]) => {
  const network = parseNetwork(prefix);
  if (network === null) throw new Error(`${prefix} is not a prefix`);
  return { ...network, name };
});

/** ISATAP (RFC 5214) hides an IPv4 address in the last 32 bits behind 0000:5efe or 0200:5efe, under any prefix. */
const isIsatap = ({ value }: Address): boolean => [0x5efen, 0x2005efen].includes(value >> 32n & 0xffffffffn);

/** What an address is set apart for, in a word or two; null when it is an ordinary public one. */
export function specialUse(text: string): string | null {
  const address = parseAddress(text);
  if (address === null) return "not an address";
  const block = BLOCKS.find((each) => isWithin(address, each));
  if (block !== undefined || address.bits === 32) return block?.name ?? null;
  if (address.value >> 125n !== 1n) return "not global unicast";
  return isIsatap(address) ? "ISATAP" : null;
}
