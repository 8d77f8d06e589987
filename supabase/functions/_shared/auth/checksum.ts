/** The remainder of each byte, by the polynomial of ISO 3309, its bits reversed. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? remainder >>> 1 ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

const encoder = new TextEncoder();

/** CRC-32 (ISO 3309, as in zlib) of a text in UTF-8, as 8 hexadecimal digits. */
export function checksum(text: string): string {
  let sum = 0xffffffff;
  for (const byte of encoder.encode(text)) sum = sum >>> 8 ^ (REMAINDERS[(sum ^ byte) & 0xff] ?? 0);
  sum = ~sum >>> 0;
  // In halves, each of five digits: V8 takes longer for larger numbers and for padding, and a key's check must not.
  return hex16(sum >>> 16) + hex16(sum & 0xffff);
}

const hex16 = (value: number) => (value + 0x10000).toString(16).slice(1);
