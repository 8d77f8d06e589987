import type * as z from "zod";
import { HttpError, type Problem } from "../http/errors.ts";

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
 * What a schema reads an input as.
 *
 * @param where what comes before the path of each problem
 * @throws HttpError 400 with the problems
 */
export function readAs<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  [code, message, where = ""]: [code: string, message: string, where?: string],
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error).map(({ path, message }) => ({ path: where + path, message }));
  throw new HttpError(400, code, message, problems);
}

/**
 * `value` for a message, in quotes, when it is short and plain enough to be repeated; else just `this`.
 * For symbols, actions and other words of a closed list only: never for free text.
 */
export function quoted(value: string): string {
  return /^[\w .:!/-]{1,24}$/.test(value) ? `"${value}"` : "this";
}
