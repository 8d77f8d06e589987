import { z } from "zod";
import { alertIssues } from "./alert-rules.ts";
import { type AlertFields, alertFieldsSchema, canonical } from "./canonical-alert.ts";

const FIELDS = Object.entries(alertFieldsSchema.shape);

/** What the fields read as when none of them was sent. */
const NOTHING = alertFieldsSchema.parse({});

/**
 * The canonical alert: the one shape that everything after the reading works with, and what is stored.
 *
 * Decimals are normalized strings; quantities and prices more than 0, `fee` of either sign (a rebate is negative),
 * in account currency; percents are percents (`5` is 5 %); `time` is ISO 8601 in UTC; `max_age` is in seconds.
 * Cross-field rules are in alert-rules.ts.
 *
 * It reads as alertFieldsSchema does, but only what was sent: of 28 fields an alert has six or so. To have schemas find
 * that the others are null took half of the 33 microseconds that this takes in an isolate whose code is not optimized
 * yet; and an isolate lives only as long as it takes to be so.
 */
export const alertPayloadSchema = z.looseObject({}).transform((sent, context) => {
  const fields: Partial<AlertFields> = {};
  for (const [name, schema] of FIELDS) {
    if (sent[name] === undefined) continue;
    const field = schema.safeParse(sent[name]);
    if (field.success) Object.assign(fields, { [name]: field.data });
    else for (const issue of field.error.issues) refuse({ ...issue, path: [name, ...issue.path] });
  }
  if (context.issues.length > 0) return z.NEVER;
  const read = { ...NOTHING, ...fields };
  const alert = canonical(read);
  alertIssues(alert, read).forEach(refuse);
  return alert;

  function refuse({ path, message }: { path: PropertyKey[]; message: string }): void {
    context.issues.push({ code: "custom", path, message, input: undefined });
  }
});
