import { type Check, fail, pass, withDatabase } from "../check.ts";
import { judgeJob, START_CLOCK } from "../job.ts";

/** Something sends what alerts did not: retries, and daily summaries. */
export const notificationClock: Check = {
  name: "notification-clock",
  judge: (facts) =>
    withDatabase(facts, ({ cron }) => {
      if (facts.isLocal) return pass("the stack has a clock of its own");
      if (cron === null || !cron.net) {
        return fail("pg_cron or pg_net is not installed: nothing is sent again", START_CLOCK);
      }
      if (!cron.secrets) return fail("the vault lacks project_url or service_key", START_CLOCK);
      return judgeJob("dispatch-notifications", cron);
    }),
};
