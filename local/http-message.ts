import { concat, decodeLatin1, encodeLatin1, indexOf } from "./bytes.ts";

/** Header fields in the order they came. Names in lower case. */
export type Fields = [name: string, value: string][];

/** The first lines of an HTTP/1.1 response. */
export interface ResponseHead {
  status: number;
  fields: Fields;
}

const lineEnd = "\r\n";
const lineEndBytes = encodeLatin1(lineEnd);
const none: Uint8Array = new Uint8Array();

/** The first lines of a request as bytes. Header values are bytes in disguise, one each, as fetch has it. */
export function encodeRequestHead(
  method: string,
  target: string,
  fields: Iterable<[string, string]>,
): Uint8Array {
  let text = `${method} ${target} HTTP/1.1${lineEnd}`;
  for (const [name, value] of fields) text += `${name}: ${value}${lineEnd}`;
  return encodeLatin1(text + lineEnd);
}

/** Reads a response's first lines, without the empty line that ends them. */
export function parseResponseHead(bytes: Uint8Array): ResponseHead {
  const [statusLine = "", ...lines] = decodeLatin1(bytes).split(lineEnd);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error("the upstream does not speak HTTP/1.1");
  return { status, fields: lines.map(parseField) };
}

function parseField(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** Takes the bytes of a message body off a connection, piece by piece, and knows where the body ends. */
export interface BodyDecoder {
  /** The content in the next bytes of the connection. */
  push(bytes: Uint8Array): Uint8Array;
  /** The connection has ended. Throws when the body had not. */
  end(): void;
  readonly done: boolean;
}

/** How the body of this response is framed (RFC 9112, 6.3). */
export function bodyDecoder(method: string, { status, fields }: ResponseHead): BodyDecoder {
  if (method === "HEAD" || status === 204 || status === 304) return new LengthDecoder(0);
  const value = (wanted: string) => fields.find(([name]) => name === wanted)?.[1];
  if (value("transfer-encoding")?.toLowerCase().endsWith("chunked")) return new ChunkedDecoder();
  const length = value("content-length");
  return length === undefined ? new UntilCloseDecoder() : new LengthDecoder(Number(length));
}

class LengthDecoder implements BodyDecoder {
  constructor(private left: number) {}

  get done(): boolean {
    return this.left === 0;
  }

  push(bytes: Uint8Array): Uint8Array {
    const content = bytes.subarray(0, this.left);
    this.left -= content.length;
    return content;
  }

  end(): void {
    if (!this.done) throw new Error("the connection ended inside a body");
  }
}

class UntilCloseDecoder implements BodyDecoder {
  done = false;

  push(bytes: Uint8Array): Uint8Array {
    return bytes;
  }

  end(): void {
    this.done = true;
  }
}

/** Chunks of `size CRLF data CRLF`, a last one of size zero, then trailer lines and an empty one. */
class ChunkedDecoder implements BodyDecoder {
  done = false;
  /** Bytes of a line that is not complete yet. */
  #pending: Uint8Array = none;
  /** Bytes of the current chunk still to come; null between chunks. */
  #left: number | null = null;
  #inTrailer = false;

  push(bytes: Uint8Array): Uint8Array {
    let rest = this.#pending.length === 0 ? bytes : concat(this.#pending, bytes);
    this.#pending = none;
    const content: Uint8Array[] = [];
    while (rest.length > 0 && !this.done) {
      if (this.#left !== null && this.#left > 0) {
        const data = rest.subarray(0, this.#left);
        content.push(data);
        this.#left -= data.length;
        rest = rest.subarray(data.length);
        continue;
      }
      const end = indexOf(rest, lineEndBytes);
      if (end < 0) {
        this.#pending = rest.slice();
        break;
      }
      this.#line(decodeLatin1(rest.subarray(0, end)));
      rest = rest.subarray(end + lineEnd.length);
    }
    return concat(...content);
  }

  end(): void {
    if (!this.done) throw new Error("the connection ended inside a body");
  }

  #line(line: string): void {
    if (this.#inTrailer) {
      this.done = line === "";
    } else if (this.#left === 0) {
      // The line end behind a chunk's data.
      this.#left = null;
    } else {
      const size = parseInt(line, 16);
      if (Number.isNaN(size)) throw new Error("a chunk has no size");
      this.#inTrailer = size === 0;
      this.#left = size === 0 ? null : size;
    }
  }
}
