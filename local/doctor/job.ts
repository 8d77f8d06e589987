import { fail, type Finding, pass } from "./check.ts";
import type { CronFacts } from "./facts.ts";

/** What starts the clock of a project. */
export const START_CLOCK = "Run deno task deploy again: it starts the clock.";
/** What gives it the key that the project has now. */
export const NEW_KEY = "Run deno task deploy again: it stores a key that the project takes.";

/** A job that runs every minute or oftener is late after this, in minutes. */
const LATE = 5;

/** Whether a job that runs every minute or oftener is there, and does. */
export function judgeJob(name: string, { jobs }: CronFacts): Finding {
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
