import { HttpError } from "./errors.ts";

const tooLarge = (limit: number) =>
  new HttpError(413, "body_too_large", `the body is over ${limit} bytes`, [{
    path: "",
    message: `at most ${limit} bytes`,
  }]);

/** The sender hung up, or sent less than it announced: its fault, and nobody is left to read the answer. */
const brokenOff = () =>
  new HttpError(400, "incomplete_body", "the body broke off", [{ path: "", message: "broke off" }]);

const breakOff = (): never => {
  throw brokenOff();
};

/**
 * The bytes of a request's body, never more than `limit` of them in memory.
 *
 * @throws HttpError 413 when it is larger, 415 when it is compressed, 400 when it breaks off
 */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new HttpError(415, "unsupported_encoding", "send the body uncompressed", [
      { path: "", message: "has a content-encoding" },
    ]);
  }
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > limit) throw tooLarge(limit);
  if (announced !== null && !request.headers.has("transfer-encoding")) {
    // The server reads no more than was announced; in one piece it takes a third of the time. That needs the body not to
    // be looked at before: `request.body` makes a stream of it.
    const whole = new Uint8Array(await request.arrayBuffer().catch(breakOff));
    if (whole.byteLength > limit) throw tooLarge(limit);
    return whole;
  }

  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof HttpError ? error : brokenOff();
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
