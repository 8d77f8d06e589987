import { type Check, fail, pass, withDatabase } from "../check.ts";
import { judgeJob, START_CLOCK } from "../job.ts";

/** Something has the function `marks` look for new bars, where a source is on. */
export const marksClock: Check = {
  name: "marks-clock",
  judge: (facts) =>
    withDatabase(facts, ({ cron }) => {
      if (facts.isLocal) return pass("the stack has a clock of its own");
      if (cron === null || !cron.net) {
        return fail("pg_cron or pg_net is not installed: nothing is marked by itself", START_CLOCK);
      }
      return judgeJob("fetch-marks", cron);
    }),
};
