import { badBody, readBytes } from "./body.ts";

/** Levels at most: what walks through a body goes one call deeper per level. No body that is read takes more than seven. */
const MOST_LEVELS = 32;

/**
 * The JSON of a request's body; undefined when there is no body.
 *
 * @param limit largest body, in bytes
 * @throws HttpError 400 when it is no JSON, is nested too deep or says a field twice, and what reading bytes throws
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const bytes = await readBytes(request, limit);
  return bytes.byteLength === 0 ? undefined : parse(bytes);
}

function parse(bytes: Uint8Array): unknown {
  const [text, value] = decoded(bytes);
  if (isDeeperThan(MOST_LEVELS, value)) {
    const problem = `has more than ${MOST_LEVELS} levels`;
    throw badBody(400, "invalid_arguments", "the body is nested too deep", problem);
  }
  // Of two sides of an order JSON.parse takes the last, and says nothing.
  if (fieldsIn(value) !== colonsIn(text)) {
    const problem = "has a field twice: only one of them can be meant";
    throw badBody(400, "duplicate_field", "a field of the body appears twice", problem);
  }
  return value;
}

/** The text of a body and its value. @throws HttpError 400 when it is no JSON */
export function decoded(bytes: Uint8Array): [text: string, value: unknown] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return [text, JSON.parse(text)];
  } catch {
    throw badBody(400, "invalid_json", "the body is not JSON", "is not JSON");
  }
}

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === "object" && value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each)));

const fieldsIn = (value: unknown): number => {
  if (typeof value !== "object" || value === null) return 0;
  const values = Object.values(value);
  return values.reduce((sum, each) => sum + fieldsIn(each), Array.isArray(value) ? 0 : values.length);
};

/** The colons of a JSON text that stand outside of texts: one for each field that was written. */
function colonsIn(json: string): number {
  let colons = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "\\") at++;
    else if (character === '"') isText = !isText;
    else if (character === ":" && !isText) colons++;
  }
  return colons;
}
