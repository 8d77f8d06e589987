import { type Check, fail, pass, withDatabase } from "../check.ts";

/** Something sends what alerts did not: retries, and daily summaries. */
export const notificationClock: Check = {
  name: "notification-clock",
  judge: (facts) =>
    withDatabase(facts, ({ cron }) => {
      if (facts.isLocal) return pass("the stack has a clock of its own");
      const fix = "Run deno task deploy again: it starts the clock.";
      if (cron === null) return fail("pg_cron or pg_net is not installed: nothing is sent again", fix);
      if (!cron.job) return fail("the job dispatch-notifications is not there, or switched off", fix);
      if (!cron.secrets) return fail("the vault lacks project_url or service_key", fix);
      if (cron.lastRun === null) return fail("the job has never run", "Wait a minute, and look again.");
      if (!cron.lastRun.ok) return fail("the job's last run failed", "See cron.job_run_details.");
      const { minutesAgo } = cron.lastRun;
      if (minutesAgo > 5) {
        return fail(`the job ran ${minutesAgo} minutes ago, not since`, "See that pg_cron runs.");
      }
      return pass(`ran ${minutesAgo} minutes ago`);
    }),
};
