/** What a file's byte order mark says of its text; a spreadsheet's "Unicode text" has one of UTF-16. */
export const encodingOf = ([first, second]: Uint8Array): string =>
  first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
