/**
 * One HTTP/1.1 request over a connection to an address that was checked. `fetch` resolves the name again by itself, and
 * `node:http` of the hosted Deno takes neither `lookup` nor `createConnection`; so the request is written here, on
 * Deno's own sockets. TLS verifies the name, not the address. Nothing is followed, nothing is kept open.
 */
import { orAborted } from "../time/or-aborted.ts";
import { closeQuietly, writeAll } from "../http/write-all.ts";

export interface OutgoingRequest {
  method: "GET" | "POST";
  url: URL;
  /** The address to dial, instead of resolving the URL's name. */
  address: string;
  /** The URL's name, for TLS. */
  host: string;
  headers: Record<string, string>;
  body: string;
  /** Bytes of the answer's body that are of interest, by its status; left out: none but of a 429. */
  wanted?: (status: number) => number;
}

export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** What was wanted of the body, as it came over the wire, a byte a character; see {@link bodyOf}. */
  body: string;
  /** The body has more than was wanted. */
  isCut?: boolean;
}

/** Bytes that the head of an answer may have, with the interim answers before it. */
const LONGEST_HEAD = 16_384;
const END_OF_HEAD = "\r\n\r\n";
/** The first kilobytes of a 429 may say when to come again. */
const of429 = (status: number): number => status === 429 ? LONGEST_HEAD : 0;

type ExchangeFailure = "connect_failed" | "tls_failed" | "not_http";

/**
 * Why there is no answer: the connection could not be made, so that another address may be tried; the receiver did not show
 * a certificate for its name by an authority that is trusted (of both nothing was sent); or what came over the wire is not
 * HTTP, or too much of it.
 */
export class ExchangeError extends Error {
  constructor(readonly code: ExchangeFailure, message: string, cause?: unknown) {
    super(message, { cause });
  }
}

/**
 * Asks, and reads as much of the answer as is wanted.
 *
 * @param signal ends it, wherever it is, and closes the connection
 * @param caCerts further authorities to trust; for tests
 * @throws ExchangeError, the signal's reason, or what the connection failed with
 */
export async function exchange(
  request: OutgoingRequest,
  signal: AbortSignal,
  caCerts: string[] = [],
): Promise<Answer> {
  signal.throwIfAborted();
  const port = Number(request.url.port) || (request.url.protocol === "https:" ? 443 : 80);
  const dialled = Deno.connect({ hostname: request.address, port });
  // Deno 2.1 cannot give up dialling: a connection that comes too late is closed.
  let connection: Deno.Conn = await orAborted(dialled, signal, (late) => late.close()).catch((error) => {
    throw signal.aborted
      ? error
      : new ExchangeError("connect_failed", "the connection cannot be made", error);
  });
  const converse = async (): Promise<Answer> => {
    if (request.url.protocol === "https:") {
      try {
        const tls = await Deno.startTls(connection as Deno.TcpConn, { hostname: request.host, caCerts });
        connection = tls;
        if (signal.aborted) closeQuietly(connection);
        await tls.handshake();
      } catch (error) {
        throw new ExchangeError("tls_failed", "no certificate that is trusted", error);
      }
    }
    await writeAll(connection, requestText(request));
    return await readAnswer(connection, request.wanted ?? of429);
  };
  try {
    // Not every wait of Deno's ends when its connection is closed; and the socket of a handshake that never ends stays
    // open until the receiver, or the isolate, goes.
    return await orAborted(converse(), signal);
  } finally {
    closeQuietly(connection);
  }
}

function requestText({ method, url, headers, body }: OutgoingRequest): Uint8Array {
  const encoder = new TextEncoder();
  const lines = Object.entries({
    host: url.host,
    ...headers,
    ...method === "POST" && { "content-length": String(encoder.encode(body).byteLength) },
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}`);
  if (lines.some((line) => /[^\x20-\x7e]/.test(line))) {
    throw new ExchangeError("not_http", "a header is not plain text");
  }
  return encoder.encode(
    `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("\r\n")}${END_OF_HEAD}${body}`,
  );
}

/** Every byte a character. Not by a decoder: what is called latin1 there is Windows-1252, which loses some. */
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Reads as far as an answer is of interest. */
async function readAnswer(connection: Deno.Conn, wantedOf: (status: number) => number): Promise<Answer> {
  const buffer = new Uint8Array(16_384);
  let text = "";
  let headBytes = 0;
  let head: ReturnType<typeof headIn> = null;
  for (;;) {
    head ??= headIn(text);
    if (head !== null && head.status < 200) {
      // 100 Continue, 103 Early Hints: the answer comes behind it.
      headBytes += head.end;
      text = text.slice(head.end);
      head = null;
      continue;
    }
    const wanted = head === null ? 0 : Math.min(wantedOf(head.status), head.length);
    const missing = head === null ? LONGEST_HEAD - headBytes - text.length : head.end + wanted - text.length;
    if (head !== null && (missing <= 0 || wanted === 0 || isLastChunk(head, text))) {
      return { ...head, body: text.slice(head.end, head.end + wanted), isCut: head.length > wanted };
    }
    if (missing <= 0) throw new ExchangeError("not_http", "the head of the answer is too long");
    const count = await connection.read(buffer.subarray(0, missing)).catch((error) => {
      if (head === null) throw error;
      return null;
    });
    if (count === null && head !== null) return { ...head, body: text.slice(head.end) };
    if (count === null) throw new ExchangeError("not_http", "the answer broke off");
    text += textOf(buffer.subarray(0, count));
  }
}

const isChunked = (headers: ReadonlyMap<string, string>): boolean =>
  /\bchunked\b/i.test(headers.get("transfer-encoding") ?? "");

/** Some servers leave the connection open behind the last chunk. */
const isLastChunk = ({ headers }: Answer, text: string): boolean =>
  isChunked(headers) && text.endsWith("\r\n0\r\n\r\n");

/** The text of an answer's body; null when not all of it came, or it is not plain UTF-8. */
export function bodyOf({ headers, body, isCut }: Answer): string | null {
  const announced = headers.get("content-length");
  const bytes = isChunked(headers)
    ? joinChunks(body)
    : isCut || announced !== undefined && body.length !== Number(announced)
    ? null
    : body;
  if (bytes === null || /\S/.test((headers.get("content-encoding") ?? "").replace("identity", ""))) {
    return null;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
  } catch {
    return null;
  }
}

function joinChunks(body: string): string | null {
  const parts: string[] = [];
  for (let at = 0;;) {
    const [line, digits = ""] = /^([0-9a-fA-F]{1,8})[^\r\n]{0,256}\r\n/.exec(body.slice(at, at + 300)) ?? [];
    if (line === undefined) return null;
    const size = parseInt(digits, 16);
    if (size === 0) return parts.join("");
    const start = at + line.length;
    if (body.slice(start + size, start + size + 2) !== "\r\n") return null;
    parts.push(body.slice(start, start + size));
    at = start + size + 2;
  }
}

/** The head of an answer, once all of it is there; `length` is what its body is announced to have. */
function headIn(text: string): Answer & { end: number; length: number } | null {
  if (!"HTTP/".startsWith(text.slice(0, 5))) throw new ExchangeError("not_http", "the answer is not HTTP");
  const end = text.indexOf(END_OF_HEAD);
  if (end === -1) return null;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const [, digits] = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(first) ?? [];
  if (digits === undefined) throw new ExchangeError("not_http", "the answer is not HTTP/1.1");
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  }));
  const announced = Number(headers.get("content-length") ?? Infinity);
  return {
    status: Number(digits),
    headers,
    body: "",
    end: end + END_OF_HEAD.length,
    length: Number.isNaN(announced) ? Infinity : announced,
  };
}
