/** Peer (b): the same function without group commit: one RPC per alert. */
import { createSendBatch } from "../../supabase/functions/_shared/alerts/booking-rpc.ts";
import type { Book } from "../../supabase/functions/_shared/alerts/group-commit.ts";
import type { Outcome } from "../../supabase/functions/_shared/alerts/entry.ts";
import { receiveAlerts } from "../../supabase/functions/_shared/alerts/routes.ts";
import { createApp } from "../../supabase/functions/_shared/http/app.ts";
import { apiKeyAuthService, config, database, log } from "../../supabase/functions/_shared/isolate.ts";

const send = createSendBatch(database, "process_alerts");

const book: Book = async (alerts, deadline): Promise<Outcome[]> => {
  const result = await send(alerts, AbortSignal.timeout(deadline - Date.now()));
  return alerts.map((_, index) => {
    const answer = result.ok ? result.answers[index] : undefined;
    return answer === undefined || answer.status === "busy"
      ? { kind: "unavailable", code: "busy" }
      : { kind: "answered", answer };
  });
};

const app = createApp(log);
app.post(
  "/alerts/:key?",
  receiveAlerts({
    apiKeys: apiKeyAuthService,
    book: Object.assign(book, { isOverloaded: () => false }),
    preview: createSendBatch(database, "preview_alerts"),
    bodyLimit: config.bodyLimit,
    deadlineMs: 30_000,
  }),
);

export default { fetch: app.fetch };
