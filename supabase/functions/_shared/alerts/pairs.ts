import { MAX_PROBLEMS, type Problem } from "../http/errors.ts";
import { EXAMPLE } from "./foreign-texts.ts";
import { type Message, wrongName } from "./message.ts";

/**
 * Reads `key=value` or `key: value`: one a line, or on one line between `;`, `&` (a form, percent-decoded) or `,`.
 * The first separator of that order that occurs is the one in use. Quotes around a value are dropped.
 * Any problem means that the message must not be used.
 */
export function readPairs(written: string): { message: Message; problems: Problem[] } {
  // Line ends that were sent as two characters, of a text made for JSON.
  const text = /[\n\r]/.test(written) ? written : written.replaceAll(/(\\r)?\\n/g, "\n").trim();
  const separator = separatorOf(text);
  const fields = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [index, part] of partsOf(text, separator).entries()) {
    // A part that cannot be decoded costs 5 microseconds, most of them to make an error: a body holds thousands.
    if (problems.length >= MAX_PROBLEMS) break;
    if (part.trim() === "") continue;
    const pair = /^\s*([A-Za-z_][\w.\- ]{0,63}?)\s*[=:](.*)$/s.exec(part);
    const value = pair === null ? undefined : valueOf((pair[2] ?? "").trim(), separator);
    const name = pair?.[1] ?? "";
    const wrong = wrongName(name, fields);
    if (value === undefined) problems.push(notAPair(index));
    else if (wrong === null) fields.set(name, value);
    else problems.push({ path: name, ...wrong });
  }
  return { message: fields, problems };
}

const notAPair = (index: number): Problem => ({
  path: "",
  message: `part ${index + 1} is not key=value: leave out what is no field, or send for example ${EXAMPLE}`,
  code: "invalid_pairs",
});

/** The parts between separators. A comma within brackets is none: `params:(84, close)` is one part. */
function partsOf(text: string, separator: string | RegExp): string[] {
  const parts = text.split(separator);
  if (separator !== "," || !text.includes("(")) return parts;
  const joined: string[] = [];
  let depth = 0;
  for (const part of parts) {
    if (depth > 0) joined.push(`${joined.pop()},${part}`);
    else joined.push(part);
    depth = Math.max(depth + part.split("(").length - part.split(")").length, 0);
  }
  return joined;
}

/** Several pairs on the first line: a line end before what is no pair is part of a comment then. */
const PAIRS_ON_A_LINE = /^[^\n\r;]*;[ \t]*[A-Za-z_][\w.\- ]{0,63}[=:]/;

function separatorOf(text: string): string | RegExp {
  if (PAIRS_ON_A_LINE.test(text)) return /;|\r?\n(?=[ \t]{0,8}[A-Za-z_][\w.\- ]{0,63}[=:])/;
  if (/[\n\r]/.test(text.trim())) return /\r\n|\n|\r/;
  if (text.includes(";")) return ";";
  return text.includes("&") ? "&" : ",";
}

/**
 * The value without quotes, and without a `;` or `,` at the end of its line; decoded when it comes from a form, undefined
 * when it cannot be decoded.
 */
function valueOf(written: string, separator: string | RegExp): string | undefined {
  if (separator !== "&") {
    const value = typeof separator === "string" ? written : written.replace(/[;,]$/, "").trimEnd();
    return /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value;
  }
  try {
    return decodeURIComponent(written.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
