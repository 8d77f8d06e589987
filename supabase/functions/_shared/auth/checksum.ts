import { crc32 } from "node:zlib";

/** CRC-32 (ISO 3309, as in zlib) of a text, as 8 hexadecimal digits. */
export function checksum(text: string): string {
  const sum = crc32(text);
  // In halves, each of five digits: V8 takes longer for larger numbers and for padding, and a key's check must not.
  return hex16(sum >>> 16) + hex16(sum & 0xffff);
}

const hex16 = (value: number) => (value + 0x10000).toString(16).slice(1);
