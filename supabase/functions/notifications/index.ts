/** `POST /functions/v1/notifications`: sends what is due in the outbox. `POST /notifications/test`: tries a channel. */
import { doDue } from "../_shared/auth/project-access.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { createDial } from "../_shared/notifications/dial.ts";
import { createDispatch } from "../_shared/notifications/dispatch.ts";
import { createOutbox } from "../_shared/notifications/outbox-rpc.ts";
import { testNotification } from "../_shared/notifications/routes.ts";
import { readNotifyPolicy } from "../_shared/notifications/policy.ts";
import { createSend } from "../_shared/notifications/send.ts";
import { apiKeyAuthService, config, database, limitFailures, log } from "../_shared/isolate.ts";
import { onAnswer, orExplain } from "../_shared/isolate.ts";

const access = { apiKeys: apiKeyAuthService, serviceKeys: config.serviceKeys };
const outbox = createOutbox(database);
const send = createSend(createDial(orExplain(() => readNotifyPolicy(Deno.env.toObject()))));

const app = createApp(log, onAnswer);
app.use(allowOnly("POST"), limitFailures);
app.post("/notifications", doDue(access, createDispatch({ outbox, send, log })));
app.post("/notifications/test", testNotification(access, outbox, send));

export default { fetch: app.fetch };
