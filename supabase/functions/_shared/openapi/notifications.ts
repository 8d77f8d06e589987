import * as z from "zod";
import { testSchema } from "../notifications/test-notification.ts";
import { requestId } from "./answer-schemas.ts";
import { answer, type Components, errors, json, type Part } from "./parts.ts";

const dispatched = z.object({ delivered: z.int(), failed: z.int(), request_id: requestId });
const tried = z.object({
  channel: z.string(),
  delivered: z.boolean().describe("Whether the receiver answered 2xx."),
  status: z.int().nullable().describe("What it answered."),
  error: z.string().nullable().describe("Why it was not delivered, such as timeout or forbidden_address."),
  request_id: requestId,
});

export function notificationPaths(components: Components): Part {
  const operation = (
    operationId: string,
    summary: string,
    schema: z.ZodType,
    failures: string,
    more: Part,
  ) => ({
    post: {
      operationId,
      summary,
      description: "Needs a key of scope admin, or the service role's as apikey.",
      tags: ["notifications"],
      ...more,
      responses: {
        "200": answer("Done", components.use(schema)),
        ...errors(components, failures),
      },
    },
  });
  const due = "Sends what is due in the outbox";
  const test = "Sends a test to a channel, at once";
  return {
    "/notifications": operation("sendDueNotifications", due, dispatched, "401 403 405 503", {}),
    "/notifications/test": operation(
      "testNotificationChannel",
      test,
      tried,
      "400 404 408 413 414 415 401 403 405 503",
      { requestBody: { required: true, ...json(components.use(testSchema, "input")) } },
    ),
  };
}
