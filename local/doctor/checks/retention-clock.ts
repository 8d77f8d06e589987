import { type Check, fail, pass, withDatabase } from "../check.ts";
import { judgeJob, START_CLOCK } from "../job.ts";

/** Every account is looked at once a day. */
const LATE_DAYS = 2;
/** Jobs that run seldom: of a monthly one no run is on the list for most of the time. */
const SELDOM = ["close-gaps", "forget-cron-runs"];

/** Something compacts what has become old, so that the database does not fill up. */
export const retentionClock: Check = {
  name: "retention-clock",
  judge: (facts) =>
    withDatabase(facts, ({ cron, daysSinceCompaction: days }) => {
      if (facts.isLocal) return pass("the stack has a clock of its own");
      if (days !== null && days >= LATE_DAYS) {
        return fail(`nothing was compacted for ${days} days: the database fills up`, START_CLOCK);
      }
      // Any clock will do that calls compact_history.
      if (cron === null) return pass(`compacted ${days ?? 0} days ago, by another clock than pg_cron`);
      const missing = SELDOM.filter((name) => cron.jobs[name] === undefined);
      if (missing.length > 0) {
        return fail(`jobs are not there, or switched off: ${missing.join(", ")}`, START_CLOCK);
      }
      return judgeJob("compact-history", cron);
    }),
};
