import type * as z from "zod";
import type { Problem } from "../http/errors.ts";

/** The path of an issue as people write it: `["take_profit", "percent"]` is `take_profit.percent`, `[0]` an index. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** What a Zod schema found wrong, as problems. Zod's issues may hold the input; only path and message go on. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message }));
}

/**
 * `value` for a message, in quotes, when it is short and plain enough to be repeated; else just `this`.
 * For symbols, actions and other words of a closed list only: never for free text.
 */
export function quoted(value: string): string {
  return /^[\w .:!/-]{1,24}$/.test(value) ? `"${value}"` : "this";
}
