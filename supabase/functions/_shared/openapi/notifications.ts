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

/** `POST /notifications` and `/notifications/test`. */
export function notificationPaths(components: Components): Part {
  const operation = (
    operationId: string,
    summary: string,
    schema: z.ZodType,
    more: Part,
    failures: string[],
  ) => ({
    post: {
      operationId,
      summary,
      description: "Needs a key of scope admin, or the service role's as apikey.",
      tags: ["notifications"],
      ...more,
      responses: {
        "200": answer("Done", components.use(schema)),
        ...errors(components, ...failures, "401", "403", "405", "503"),
      },
    },
  });
  return {
    "/notifications": operation(
      "sendDueNotifications",
      "Sends what is due in the outbox",
      dispatched,
      {},
      [],
    ),
    "/notifications/test": operation("testNotificationChannel", "Sends a test to a channel, at once", tried, {
      requestBody: { required: true, ...json(components.use(testSchema, "input")) },
    }, ["400", "404", "408", "413", "414", "415"]),
  };
}
