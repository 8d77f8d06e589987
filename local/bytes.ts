const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** Text whose characters each stand for one byte, as fetch presents header values, as those bytes. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  // Plain ASCII, nearly always, is the same in both encodings.
  if (bytes.length === text.length) return bytes;
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

/** Bytes as text, one character each. */
export function decodeLatin1(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function concat(...pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

/** Where `wanted` first begins in `bytes`, or -1. */
export function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const last = bytes.length - wanted.length;
  for (let start = 0; start <= last; start++) {
    let matched = 0;
    while (matched < wanted.length && bytes[start + matched] === wanted[matched]) matched++;
    if (matched === wanted.length) return start;
  }
  return -1;
}
