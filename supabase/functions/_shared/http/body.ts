import { HttpError } from "./errors.ts";
import { within } from "../time/within.ts";

/** Milliseconds in which a body must be there. */
export const BODY_MS = 10_000;

/** An error of the body as a whole. */
export const badBody = (status: 400 | 408 | 413 | 415, code: string, message: string, problem: string) =>
  new HttpError(status, code, message, [{ path: "", message: problem }]);

const tooLarge = (limit: number) =>
  badBody(413, "body_too_large", `the body is over ${limit} bytes`, `at most ${limit} bytes`);

/** The sender's fault, even if nobody is left to read the answer. */
const incomplete = (status: 400 | 408, problem: string) =>
  badBody(status, "incomplete_body", `the body ${problem}`, problem);

/**
 * The bytes of a request's body, never more than `limit` of them in memory.
 *
 * @param milliseconds in which all of it must be there
 * @throws HttpError 413 when it is larger, 415 when it is compressed, 400 when it breaks off, 408 when it takes too long
 */
export async function readBytes(
  request: Request,
  limit: number,
  milliseconds = BODY_MS,
): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw badBody(415, "unsupported_encoding", "send the body uncompressed", "has a content-encoding");
  }
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > limit) throw tooLarge(limit);
  if (announced !== null && !request.headers.has("transfer-encoding")) {
    // The server reads no more than was announced; in one piece it takes a third of the time. That needs the body not to
    // be looked at before: `request.body` makes a stream of it.
    const whole = await inTime(request.arrayBuffer(), milliseconds);
    if (whole.byteLength > limit) throw tooLarge(limit);
    return new Uint8Array(whole);
  }

  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  try {
    return await inTime(readAll(reader, limit), milliseconds);
  } finally {
    // Of a body that is refused nothing more is wanted.
    reader.cancel().catch(() => {});
  }
}

async function inTime<T>(reading: Promise<T>, milliseconds: number): Promise<T> {
  const read = await within(reading, milliseconds).catch((error) => {
    // Else the sender hung up, or sent less than it announced.
    throw error instanceof HttpError ? error : incomplete(400, "broke off");
  });
  if (read === null) throw incomplete(408, "took too long");
  return read;
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(value);
  }
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
