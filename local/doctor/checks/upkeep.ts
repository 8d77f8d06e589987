import { type Check, fail, pass, withDatabase } from "../check.ts";
import { judgeJob, NEW_KEY, START_CLOCK } from "../job.ts";

/** Every account is looked at once a day. */
const LATE_DAYS = 2;
/** Jobs that run seldom: of a monthly one no run is on the list for most of the time. */
const SELDOM = ["close-gaps", "forget-cron-runs"];

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
/** What the free plan of Supabase holds; past it the database takes no more. */
const FREE_PLAN = 500_000_000;
/** Days for which there must be room. */
const DAYS_AHEAD = 30;

/** What must go on by itself, and whether all of it does. */
export const upkeep: readonly Check[] = [
  /** Something sends what alerts did not: retries, and daily summaries. */
  {
    name: "notification-clock",
    judge: (facts) =>
      withDatabase(facts, ({ cron }) => {
        if (facts.isLocal) return pass("the stack has a clock of its own");
        if (cron === null || !cron.net) {
          return fail("pg_cron or pg_net is not installed: nothing is sent again", START_CLOCK);
        }
        if (!cron.secrets) return fail("the vault lacks project_url or service_key", START_CLOCK);
        if (cron.refused) {
          return fail("the project refuses the key in the vault: nothing is sent again", NEW_KEY);
        }
        return judgeJob("dispatch-notifications", cron);
      }),
  },
  /** Something has the function `marks` look for new bars, where a source is on. */
  {
    name: "marks-clock",
    judge: (facts) =>
      withDatabase(facts, ({ cron }) => {
        if (facts.isLocal) return pass("the stack has a clock of its own");
        if (cron === null || !cron.net) {
          return fail("pg_cron or pg_net is not installed: nothing is marked by itself", START_CLOCK);
        }
        return judgeJob("fetch-marks", cron);
      }),
  },
  /** Something keeps a connection of the REST API ready for the next alert, unless it was switched off. */
  {
    name: "warm-clock",
    judge: (facts) =>
      withDatabase(facts, ({ cron }) => {
        if (facts.isLocal) return pass("the stack keeps its connections open");
        if (cron === null || !cron.net) {
          return fail("pg_cron or pg_net is not installed: an alert after a silence is slow", START_CLOCK);
        }
        if (cron.jobs["keep-warm"] === null) return pass("switched off: an alert after a silence is slower");
        return judgeJob("keep-warm", cron);
      }),
  },
  /** Something compacts what has become old, so that the database does not fill up. */
  {
    name: "retention-clock",
    judge: (facts) =>
      withDatabase(facts, ({ cron, daysSinceCompaction: days }) => {
        if (facts.isLocal) return pass("the stack has a clock of its own");
        if (days !== null && days >= LATE_DAYS) {
          return fail(`nothing was compacted for ${days} days: the database fills up`, START_CLOCK);
        }
        // Any clock will do that calls compact_history.
        if (cron === null) return pass(`compacted ${days ?? 0} days ago, by another clock than pg_cron`);
        const missing = SELDOM.filter((name) => !cron.jobs[name]);
        if (missing.length > 0) {
          return fail(`jobs are not there, or switched off: ${missing.join(", ")}`, START_CLOCK);
        }
        return judgeJob("compact-history", cron);
      }),
  },
  /** There is room for a month of alerts. */
  {
    name: "database-size",
    judge: (facts) =>
      withDatabase(facts, ({ bytes, bytesPerDay, daysSinceAlert }) => {
        const last = daysSinceAlert === null ? "no alert yet" : `last alert ${daysSinceAlert} days ago`;
        const said = `${megabytes(bytes)}, ${megabytes(bytesPerDay)} more a day; ${last}`;
        const fits = bytes > FREE_PLAN || bytes + DAYS_AHEAD * bytesPerDay <= FREE_PLAN;
        if (fits || facts.isLocal) return pass(said);
        return fail(said, "The free plan holds 500 MB: send fewer marks, or take a larger plan.");
      }),
  },
  /** The functions run, and so does all that they need. */
  {
    name: "health",
    judge({ functions: { live, ready }, isLocal }) {
      const start = isLocal
        ? "Start the stack: deno task start."
        : "Deploy: supabase functions deploy --use-api.";
      if (live?.status !== 200) {
        return fail(
          `GET /functions/v1/health ${live === null ? "does not answer" : `answers ${live.status}`}`,
          start,
        );
      }
      if (ready?.status === 200) return pass("live and ready");
      const down = ready?.down.join(", ") || "unknown";
      return fail(`not ready: ${down}`, "See what that component says, and the log of the function health.");
    },
  },
];
