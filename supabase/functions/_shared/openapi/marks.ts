import * as z from "zod";
import { requestId } from "./answer-schemas.ts";
import { answer, type Components, errors, type Part } from "./parts.ts";

const marked = z.object({
  symbols: z.int().describe("Symbols that were due, and looked at."),
  booked: z.int().describe("Minutes booked, counted for each account that they were booked for."),
  failed: z.int().describe("Symbols of which nothing new could be had; list_live_marks says why."),
  request_id: requestId,
});

export function markPaths(components: Components): Part {
  return {
    "/marks": {
      post: {
        operationId: "fetchLiveMarks",
        summary: "Books the minutes of the market since the last mark of what is held",
        description: "Needs a key of scope admin, or the service role's as apikey.",
        tags: ["marks"],
        responses: {
          "200": answer("Done", components.use(marked)),
          ...errors(components, "401 403 405 503"),
        },
      },
    },
  };
}
