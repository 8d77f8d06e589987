import { crc32 } from "node:zlib";

/** CRC-32 (ISO 3309, as in zlib) of a text, as 8 hexadecimal digits. */
export function checksum(text: string): string {
  const sum = crc32(text);
  // In halves: V8 takes longer to write a number of 32 bits than one of 31, and a key's check must not.
  return hex16(sum >>> 16) + hex16(sum & 0xffff);
}

const hex16 = (value: number) => value.toString(16).padStart(4, "0");
