import * as z from "zod";
import { quoted } from "./problem.ts";
import { type Read, readDecimal } from "./decimal.ts";
import { readTime } from "./time.ts";

// What a field's `meta` says goes into the OpenAPI document (../openapi).

const scalar = z.union([z.string(), z.number()], { error: "must be text or a number" }).nullish();

const UNREPLACED = /\{\{|\}\}|\$\{/;

/** Why an unreplaced placeholder is there, and what to do. */
export const PLACEHOLDER_MESSAGE =
  "still holds a placeholder: TradingView replaces {{strategy.…}} only in alerts on a strategy, and none that is " +
  "misspelled; create the alert on the strategy and send it again";

/**
 * A field read from text by `reader`; absent, null and empty are null. A JavaScript number is taken as its shortest
 * text when it has at most 15 significant digits, where that text is what was meant; beyond, only text is exact.
 */
export function field<T>(reader: (text: string) => Read<T>) {
  return scalar.transform((value, context): T | null => {
    if (value === null || value === undefined || value === "") return null;
    const text = typeof value === "string" ? { ok: true as const, value } : numberText(value);
    const read = !text.ok ? text : UNREPLACED.test(text.value) ? unreplaced : reader(text.value);
    if (read.ok) return read.value;
    context.issues.push({ code: "custom", message: read.message, input: undefined });
    return z.NEVER;
  });
}

export const time = field(readTime);

const unreplaced: Read<never> = { ok: false, message: PLACEHOLDER_MESSAGE };

function numberText(value: number): Read<string> {
  const text = String(value);
  const digits = text.replace(/e.*$/, "").replace(/\D/g, "").replace(/^0+|0+$/g, "");
  if (digits.length <= 15) return { ok: true, value: text };
  return { ok: false, message: "has more digits than a JavaScript number keeps exactly: send it as text" };
}

const SIGN_RULES = {
  positive: {
    allows: (value: string) => value !== "0" && !value.startsWith("-"),
    message: "must be more than 0",
    what: " above 0",
  },
  unsigned: {
    allows: (value: string) => !value.startsWith("-"),
    message: "must not be negative",
    what: " from 0",
  },
  signed: { allows: () => true, message: "", what: "" },
};

/** A decimal, normalized, at most 18 digits on either side of the point. */
export function decimal(sign: keyof typeof SIGN_RULES) {
  const rule = SIGN_RULES[sign];
  return field((text) => {
    const read = readDecimal(text);
    return !read.ok || rule.allows(read.value) ? read : { ok: false, message: rule.message };
  }).meta({ description: `A decimal${rule.what}.`, examples: ["1.25"] });
}

/** One of `words`, in any case. */
export function word<const Word extends string>(words: readonly Word[], what: string) {
  const known = new Map<string, Word>(words.map((each) => [each, each]));
  const choices = words.join(", ");
  return field((text): Read<Word> => {
    const value = known.get(text.trim().toLowerCase());
    if (value !== undefined) return { ok: true, value };
    return { ok: false, message: `${quoted(text.trim())} is not ${what} we know: send one of ${choices}` };
  }).meta({ description: `One of ${choices}; in any case.`, examples: [...words] });
}

/** Text that matches `pattern` once trimmed; `message` says what is allowed. */
export function text(pattern: RegExp, message: string) {
  return field((written): Read<string> => {
    const value = written.trim();
    return pattern.test(value) ? { ok: true, value } : { ok: false, message };
  }).meta({ description: `${message.replace(/^must be ./, (start) => start.slice(8).toUpperCase())}.` });
}

/** A line for people. */
export const line = text(/^[^\p{Cc}\p{Cf}\p{Cs}]{1,200}$/u, "must be at most 200 characters on one line");

export function integer(least: number, most: number, unit: string) {
  return field((written): Read<number> => {
    const read = readDecimal(written);
    const value = read.ok ? Number(read.value) : NaN;
    if (Number.isInteger(value) && value >= least && value <= most) return { ok: true, value };
    return { ok: false, message: `must be a whole number of ${unit} from ${least} to ${most}` };
  }).meta({ description: `A whole number of ${unit} from ${least} to ${most}.` });
}
