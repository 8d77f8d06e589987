/** `GET /functions/v1/health`: the function runs. `GET /health/ready`: so does all it needs. */
import { createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { readiness } from "../_shared/health/readiness.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { database, log } from "../_shared/services.ts";

const preview = createSendBatch(database, "preview_alerts");

const app = createApp(log);
app.use(allowOnly("GET", "HEAD"));
app.get("/health", (context) => context.json({ status: "ok", request_id: context.get("requestId") }));
app.get(
  "/health/ready",
  // Previewing no alerts goes the way of every alert, through PostgREST into Postgres, and leaves nothing there.
  readiness({ database: async (signal) => (await preview([], signal)).ok }),
);

export default { fetch: app.fetch };
