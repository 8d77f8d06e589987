import * as z from "zod";
import { alertIssues } from "./alert-rules.ts";
import { alertFieldsSchema, canonical } from "./canonical-alert.ts";

/**
 * The canonical alert: the one shape that everything after the reading works with, and what is stored.
 *
 * Decimals are normalized strings; quantities and prices more than 0, `fee` of either sign (a rebate is negative),
 * in account currency; percents are percents (`5` is 5 %); `time` is ISO 8601 in UTC; `max_age` is in seconds.
 * Cross-field rules are in alert-rules.ts.
 */
export const alertPayloadSchema = alertFieldsSchema.transform((read, context) => {
  const alert = canonical(read);
  for (const { path, message } of alertIssues(alert, read)) {
    context.issues.push({ code: "custom", path, message, input: undefined });
  }
  return alert;
});

/**
 * Compiling takes 10 milliseconds, and a quarter off what an alert costs to read (`deno task bench reading`). Before it Zod
 * writes no parser by itself either, which took 2 milliseconds of the first alert.
 */
const COMPILED_AFTER = 100;
let alertsRead = 0;
let compiled: typeof alertPayloadSchema | undefined;

/** Reads an alert by alertPayloadSchema: compiled, in an isolate that has read many. Most are young, and read a few. */
export function parseAlert(input: unknown): ReturnType<typeof alertPayloadSchema.safeParse> {
  if (++alertsRead === COMPILED_AFTER) compiled = z.compile(alertPayloadSchema);
  return compiled === undefined
    ? alertPayloadSchema.safeParse(input, { jitless: true })
    : compiled.safeParse(input);
}
