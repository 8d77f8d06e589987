/** `POST /functions/v1/marks`: books the minutes of the market since the last mark of what is held. Called every minute. */
import { createAfterChanges } from "../_shared/after-changes.ts";
import { createSendBatch } from "../_shared/alerts/booking-rpc.ts";
import { doDue } from "../_shared/auth/project-access.ts";
import { allowOnly, createApp } from "../_shared/http/app.ts";
import { apiKeyAuthService, cacheService, config, database, limitFailures, log } from "../_shared/isolate.ts";
import { onAnswer, orExplain } from "../_shared/isolate.ts";
import { createBookMarks } from "../_shared/marks/book-marks.ts";
import { createFetchBars } from "../_shared/marks/fetch-bars.ts";
import { createMarkStore } from "../_shared/marks/marks-rpc.ts";
import { createRunMarks } from "../_shared/marks/run.ts";
import { createDial } from "../_shared/notifications/dial.ts";
import { readNotifyPolicy } from "../_shared/notifications/policy.ts";
import { delay } from "../_shared/time/delay.ts";

const clock = { now: Date.now, ticks: () => performance.now(), pause: delay };
const dial = createDial(orExplain(() => readNotifyPolicy(Deno.env.toObject())), { deadlineMs: 5_000 });
const run = createRunMarks({
  store: createMarkStore(database),
  fetchBars: createFetchBars(dial, clock),
  book: createBookMarks(createSendBatch(database, "process_alerts"), { ...clock, log }),
  clock,
  log,
  onBooked: createAfterChanges({ cache: cacheService, database, config, log }),
});

const app = createApp(log, onAnswer);
app.use(allowOnly("POST"), limitFailures);
app.post("/marks", doDue({ apiKeys: apiKeyAuthService, serviceKeys: config.serviceKeys }, run));

export default { fetch: app.fetch };
