/** The first bytes that come over a connection; should none come in ten seconds, an error. */
export async function firstBytes(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  const late = setTimeout(() => connection.close(), 10_000);
  try {
    return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  } finally {
    clearTimeout(late);
  }
}
