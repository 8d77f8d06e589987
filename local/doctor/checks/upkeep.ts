import { type Checks, fail, type Finding, ofDatabase, pass } from "../check.ts";
import type { CronFacts } from "../facts/database.ts";

/** What starts the clock of a project. */
const START_CLOCK = "Run deno task deploy again: it starts the clock.";
/** What gives it the key that the project has now. */
const NEW_KEY = "Run deno task deploy again: it stores a key that the project takes.";

const OWN_CLOCK = "the stack has a clock of its own";

/** A job that runs every minute or oftener is late after this, in minutes. */
const LATE = 5;

/** Every account is looked at once a day. */
const LATE_DAYS = 2;
/** Jobs that run seldom: of a monthly one no run is on the list for most of the time. */
const SELDOM = ["close-gaps", "forget-cron-runs"];

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
/** What the free plan of Supabase holds; past it the database takes no more. */
const FREE_PLAN = 500_000_000;
/** Days for which there must be room. */
const DAYS_AHEAD = 30;

/** A job of pg_cron that calls a function; without it, `lack`. What `first` finds counts before its runs. */
const clock = (job: string, lack: string, { here = OWN_CLOCK, first }: {
  here?: string;
  first?: (cron: CronFacts) => Finding | null;
} = {}) =>
  ofDatabase(({ cron }, { isLocal }) => {
    if (isLocal) return pass(here);
    if (!cron?.net) return fail(`pg_cron or pg_net is not installed: ${lack}`, START_CLOCK);
    return first?.(cron) ?? judgeJob(job, cron);
  });

/** What must go on by itself, and whether all of it does. */
export const upkeep: Checks = {
  /** Something sends what alerts did not: retries, and daily summaries. */
  "notification-clock": clock("dispatch-notifications", "nothing is sent again", {
    first({ secrets, refused }) {
      if (!secrets) return fail("the vault lacks project_url or service_key", START_CLOCK);
      if (!refused) return null;
      return fail("the project refuses the key in the vault: nothing is sent again", NEW_KEY);
    },
  }),
  /** Something has the function `marks` look for new bars, where a source is on. */
  "marks-clock": clock("fetch-marks", "nothing is marked by itself"),
  /** Something keeps a connection of the REST API ready for the next alert, unless it was switched off. */
  "warm-clock": clock("keep-warm", "an alert after a silence is slow", {
    here: "the stack keeps its connections open",
    first: ({ jobs }) =>
      jobs["keep-warm"] === null ? pass("switched off: an alert after a silence is slower") : null,
  }),
  /** Something compacts what has become old, so that the database does not fill up. */
  "retention-clock": ofDatabase(({ cron, daysSinceCompaction: days }, facts) => {
    if (facts.isLocal) return pass(OWN_CLOCK);
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
  /** There is room for a month of alerts. */
  "database-size": ofDatabase(({ bytes, bytesPerDay, daysSinceAlert }, facts) => {
    const last = daysSinceAlert === null ? "no alert yet" : `last alert ${daysSinceAlert} days ago`;
    const said = `${megabytes(bytes)}, ${megabytes(bytesPerDay)} more a day; ${last}`;
    const fits = bytes > FREE_PLAN || bytes + DAYS_AHEAD * bytesPerDay <= FREE_PLAN;
    if (fits || facts.isLocal) return pass(said);
    return fail(said, "The free plan holds 500 MB: send fewer marks, or take a larger plan.");
  }),
  /** The functions run, and so does all that they need. */
  "health"({ functions: { live, ready }, isLocal }) {
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
};

/** Whether a job that runs every minute or oftener is there, and does. */
function judgeJob(name: string, { jobs }: CronFacts): Finding {
  const job = jobs[name];
  if (!job) return fail(`the job ${name} is not there, or switched off`, START_CLOCK);
  if (job.lastRun === null) return fail(`the job ${name} has never run`, "Wait a minute, and look again.");
  const { ok, minutesAgo } = job.lastRun;
  if (!ok) return fail(`the last run of the job ${name} failed`, "See cron.job_run_details.");
  if (minutesAgo > LATE) {
    return fail(`the job ${name} ran ${minutesAgo} minutes ago, not since`, "See that pg_cron runs.");
  }
  return pass(`ran ${minutesAgo} minutes ago`);
}
