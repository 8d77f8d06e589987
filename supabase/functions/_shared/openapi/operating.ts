import * as z from "zod";
import { testResultSchema, testSchema } from "../notifications/test-notification.ts";
import { each, requestId } from "./answer-schemas.ts";
import type { Part, Parts } from "./parts.ts";

const alive = z.object({ status: z.literal("ok"), request_id: requestId });
const ready = z.object({
  status: z.enum(["ok", "unavailable"]),
  checks: z.record(
    z.string(),
    z.object({ ok: z.boolean(), milliseconds: z.int(), error: z.string().optional() }),
  ),
  request_id: requestId,
});
const marked = z.object({
  symbols: z.int().describe("Symbols that were due, and looked at."),
  booked: z.int().describe("Minutes booked, counted for each account that they were booked for."),
  failed: z.int().describe("Symbols of which nothing new could be had; list_live_marks says why."),
  request_id: requestId,
});
const dispatched = z.object({ ...each(z.int(), "delivered failed"), request_id: requestId });
const tried = testResultSchema.extend({ request_id: requestId });

/** What runs the project: `/notifications`, `/marks` and `/health`, of which two are open to all. */
export function operatingPaths({ body, operation }: Parts): Part {
  const post = ({ tag, operationId, summary, answer, more = {}, failures = "401 403 405 503" }: {
    tag: string;
    operationId: string;
    summary: string;
    answer: z.ZodType;
    /** Further parts of the operation. */
    more?: Part;
    failures?: string;
  }): Part => {
    const description = "Needs a key of scope admin, or the service role's as apikey.";
    const said = { operationId, summary, description, ...more };
    return { post: operation(tag, said, { "200": ["Done", answer] }, failures) };
  };
  const get = (said: Part, answers: Parameters<typeof operation>[2], failures?: string): Part => ({
    get: operation("health", said, answers, failures),
  });
  const open = { security: [] };
  return {
    "/notifications": post({
      tag: "notifications",
      operationId: "sendDueNotifications",
      summary: "Sends what is due in the outbox",
      answer: dispatched,
    }),
    "/notifications/test": post({
      tag: "notifications",
      operationId: "testNotificationChannel",
      summary: "Sends a test to a channel, at once",
      answer: tried,
      more: body(testSchema),
      failures: "400 404 408 413 414 415 401 403 405 503",
    }),
    "/marks": post({
      tag: "marks",
      operationId: "fetchLiveMarks",
      summary: "Books the minutes of the market since the last mark of what is held",
      answer: marked,
    }),
    "/health": get({ operationId: "readHealth", summary: "The function runs", ...open }, {
      "200": ["It does", alive],
    }),
    "/health/ready": get(
      { operationId: "readReadiness", summary: "The function runs, and all that it needs", ...open },
      { "200": ["All of it works", ready], "503": ["One of the checks failed", ready] },
    ),
    "/health/metrics": get({
      operationId: "readMetrics",
      summary: "What all isolates counted, for Prometheus",
      description: "Needs a key of scope read that is for every account.",
    }, {
      "200": { description: "Prometheus's text", content: { "text/plain": { schema: { type: "string" } } } },
    }, "401 403 405 503"),
  };
}
