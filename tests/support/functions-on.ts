import type { DatabaseClient } from "../../supabase/functions/_shared/database/client.ts";
import { createBookWaiting, createSendBatch } from "../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../../supabase/functions/_shared/alerts/group-commit.ts";
import { receiveAlerts } from "../../supabase/functions/_shared/alerts/routes.ts";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { createSignatureService } from "../../supabase/functions/_shared/auth/signatures.ts";
import { createCache } from "../../supabase/functions/_shared/cache/cache.ts";
import { createApp } from "../../supabase/functions/_shared/http/app.ts";
import { createQueryPortfolio } from "../../supabase/functions/_shared/portfolio/read.ts";
import { readPortfolio } from "../../supabase/functions/_shared/portfolio/routes.ts";

const secret = "a secret of the tests, long enough";

/** The key that {@link functionsOn} knows. */
export const made = createApiKeyAuthService({ secret, apiKeys: "" }).generateApiKey({ id: "tests" });

/** The alerts and the portfolio function in this process, on whatever database; one isolate of them. */
export function functionsOn(database: DatabaseClient, { webhookSecrets = "" } = {}) {
  const lines: string[] = [];
  const app = createApp((level, text, fields) => lines.push(JSON.stringify({ level, text, ...fields })));
  const apiKeys = createApiKeyAuthService({ secret, apiKeys: made.entry });
  // Nothing here lasts long enough to be cleaned up.
  const cache = createCache({ later: () => () => {} });
  app.post(
    "/alerts",
    receiveAlerts({
      apiKeys,
      signatures: createSignatureService({ webhookSecrets }),
      book: createGroupCommit({
        send: createSendBatch(database, "process_alerts"),
        bookWaiting: createBookWaiting(database),
      }),
      preview: createSendBatch(database, "preview_alerts"),
      bodyLimit: 65_536,
      deadlineMs: 2_200,
    }),
  );
  app.get("/portfolio", readPortfolio({ apiKeys, cache, read: createQueryPortfolio(database) }));
  return { app, lines };
}
