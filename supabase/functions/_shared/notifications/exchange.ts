/**
 * One HTTP/1.1 POST over a connection to an address that was checked. `fetch` resolves the name again by itself, and
 * `node:http` of the hosted Deno takes neither `lookup` nor `createConnection`; so the request is written here, on
 * Deno's own sockets. TLS verifies the name, not the address. Nothing is followed, nothing is kept open.
 */
import { orAborted } from "../http/or-aborted.ts";
import { writeAll } from "../http/write-all.ts";

/** What is posted where. */
export interface Post {
  url: URL;
  /** The address to dial, instead of resolving the URL's name. */
  address: string;
  /** The URL's name, for TLS. */
  host: string;
  headers: Record<string, string>;
  body: string;
}

/** The part of an answer that is read. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** The first kilobytes of the body of a 429, as they came over the wire; else empty. */
  body: string;
}

/** Bytes that are read of an answer at most, interim answers included: its head must lie in them. */
const MOST_READ = 16_384;
const END_OF_HEAD = "\r\n\r\n";

/** The connection could not be made: nothing was sent, another address may be tried. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
}

/** The receiver did not show a certificate for its name by an authority that is trusted. Nothing was sent. */
export class TlsError extends Error {
  override readonly name = "TlsError";
}

/** What came over the wire is not HTTP, or too much of it. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/**
 * Posts, and reads the head of the answer.
 *
 * @param signal ends it, wherever it is, and closes the connection
 * @param caCerts further authorities to trust; for tests
 * @throws ConnectError, TlsError, ProtocolError, the signal's reason, or what the connection failed with
 */
export async function exchange(post: Post, signal: AbortSignal, caCerts: string[] = []): Promise<Answer> {
  signal.throwIfAborted();
  const port = Number(post.url.port) || (post.url.protocol === "https:" ? 443 : 80);
  const dialled = Deno.connect({ hostname: post.address, port });
  // Deno 2.1 cannot give up dialling: a connection that comes too late is closed.
  let connection: Deno.Conn = await orAborted(dialled, signal, (late) => late.close()).catch((error) => {
    throw signal.aborted ? error : new ConnectError("the connection cannot be made", { cause: error });
  });
  const close = () => {
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  };
  const converse = async (): Promise<Answer> => {
    if (post.url.protocol === "https:") {
      try {
        const tls = await Deno.startTls(connection as Deno.TcpConn, { hostname: post.host, caCerts });
        connection = tls;
        if (signal.aborted) close();
        await tls.handshake();
      } catch (error) {
        throw new TlsError("no certificate that is trusted", { cause: error });
      }
    }
    await writeAll(connection, requestText(post));
    return await readAnswer(connection);
  };
  try {
    // Not every wait of Deno's ends when its connection is closed; and the socket of a handshake that never ends stays
    // open until the receiver, or the isolate, goes.
    return await orAborted(converse(), signal);
  } finally {
    close();
  }
}

function requestText({ url, headers, body }: Post): Uint8Array {
  const encoder = new TextEncoder();
  const lines = Object.entries({
    host: url.host,
    ...headers,
    "content-length": String(encoder.encode(body).byteLength),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}`);
  if (lines.some((line) => /[^\x20-\x7e]/.test(line))) throw new ProtocolError("a header is not plain text");
  return encoder.encode(
    `POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("\r\n")}${END_OF_HEAD}${body}`,
  );
}

/** Reads as far as an answer is of interest, and no more than {@link MOST_READ}. Latin-1 keeps every byte a character. */
async function readAnswer(connection: Deno.Conn): Promise<Answer> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(4_096);
  let text = "";
  let left = MOST_READ;
  for (;;) {
    const head = headIn(text);
    if (head !== null && head.status < 200) {
      // 100 Continue, 103 Early Hints: the answer comes behind it.
      text = text.slice(head.end);
      continue;
    }
    if (head !== null) {
      const wanted = head.status === 429 ? head.length : 0;
      const body = text.slice(head.end);
      if (body.length >= wanted || left === 0) return { ...head, body: wanted === 0 ? "" : body };
    } else if (left === 0) throw new ProtocolError("the head of the answer is too long");
    const count = await connection.read(buffer.subarray(0, left)).catch((error) => {
      if (head === null) throw error;
      return null;
    });
    if (count === null && head !== null) return { ...head, body: text.slice(head.end) };
    if (count === null) throw new ProtocolError("the answer broke off");
    left -= count;
    text += decoder.decode(buffer.subarray(0, count));
  }
}

/** The head of an answer, once all of it is there; `length` is what its body is announced to have. */
function headIn(text: string) {
  if (!"HTTP/".startsWith(text.slice(0, 5))) throw new ProtocolError("the answer is not HTTP");
  const end = text.indexOf(END_OF_HEAD);
  if (end === -1) return null;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const [, digits] = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(first) ?? [];
  if (digits === undefined) throw new ProtocolError("the answer is not HTTP/1.1");
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  }));
  const announced = Number(headers.get("content-length") ?? Infinity);
  return {
    status: Number(digits),
    headers,
    end: end + END_OF_HEAD.length,
    length: Number.isNaN(announced) ? Infinity : announced,
  };
}
