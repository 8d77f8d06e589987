import { readBytes } from "./body.ts";
import { HttpError } from "./errors.ts";

/** Levels at most: what walks through a body goes one call deeper per level. No body that is read takes more than seven. */
const MOST_LEVELS = 32;

/**
 * The JSON of a request's body; undefined when there is no body.
 *
 * @param limit largest body, in bytes
 * @throws HttpError 400 when it is no JSON or nested too deep, and what reading bytes throws
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const bytes = await readBytes(request, limit);
  const value = bytes.byteLength === 0 ? undefined : parse(bytes);
  if (!isDeeperThan(MOST_LEVELS, value)) return value;
  throw new HttpError(400, "invalid_arguments", "the body is nested too deep", [
    { path: "", message: `has more than ${MOST_LEVELS} levels` },
  ]);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new HttpError(400, "invalid_json", "the body is not JSON", [{ path: "", message: "is not JSON" }]);
  }
}

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === "object" && value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each)));
