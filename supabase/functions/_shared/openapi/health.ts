import * as z from "zod";
import { requestId } from "./answer-schemas.ts";
import { answer, type Components, errors, type Part } from "./parts.ts";

const alive = z.object({ status: z.literal("ok"), request_id: requestId });
const ready = z.object({
  status: z.enum(["ok", "unavailable"]),
  checks: z.record(
    z.string(),
    z.object({ ok: z.boolean(), milliseconds: z.int(), error: z.string().optional() }),
  ),
  request_id: requestId,
});

/** `GET /health` and `GET /health/ready`, open to all, and `GET /health/metrics`. */
export function healthPaths(components: Components): Part {
  const open = (operationId: string, summary: string, responses: Part): Part => ({
    get: { operationId, summary, tags: ["health"], security: [], responses },
  });
  return {
    "/health": open("readHealth", "The function runs", {
      "200": answer("It does", components.use(alive)),
    }),
    "/health/ready": open("readReadiness", "The function runs, and all that it needs", {
      "200": answer("All of it works", components.use(ready)),
      "503": answer("One of the checks failed", components.use(ready)),
    }),
    "/health/metrics": {
      get: {
        operationId: "readMetrics",
        summary: "What all isolates counted, for Prometheus",
        description: "Needs a key of scope read that is for every account.",
        tags: ["health"],
        responses: {
          "200": {
            description: "Prometheus's text",
            content: { "text/plain": { schema: { type: "string" } } },
          },
          ...errors(components, "401 403 405 503"),
        },
      },
    },
  };
}
