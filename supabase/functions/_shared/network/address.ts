/** An IP address as a number, and how many bits it has. */
export interface Address {
  bits: 32 | 128;
  value: bigint;
}

/**
 * Reads an address in its one plain spelling: four decimals without leading zeros, or RFC 4291 without a zone. Other
 * spellings (hexadecimal, octal, short) are the URL parser's to read; here they are null.
 */
export function parseAddress(text: string): Address | null {
  const value = text.includes(":") ? parseSix(text) : parseFour(text);
  return value === null ? null : { bits: text.includes(":") ? 128 : 32, value };
}

/** A network: the addresses whose first bits, so many as its `length`, are its own. */
export type Network = Address & { length: number };

/** Reads `203.0.113.0/24`, or an address, which is a network of its own; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const [, prefix = "", digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(prefix);
  if (address === null) return null;
  const length = digits === undefined ? address.bits : Number(digits);
  return length > address.bits ? null : { ...address, length };
}

export function isWithin({ bits, value }: Address, network: Network): boolean {
  const rest = BigInt(network.bits - network.length);
  return bits === network.bits && value >> rest === network.value >> rest;
}

function parseFour(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return null;
  }
  return parts.reduce((value, part) => value << 8n | BigInt(part), 0n);
}

function parseSix(text: string): bigint | null {
  const url = `http://[${text}]`;
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(url)) return null;
  // The URL parser knows every spelling, and writes none of them with dots.
  const halves = new URL(url).hostname.slice(1, -1).split("::").map((half) => half.split(":"));
  const [head = [], tail = []] = halves.map((half) => half.filter((group) => group !== ""));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return groups.reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n);
}
