import type { DatabaseFacts } from "./facts/database.ts";
import type { Facts } from "./target.ts";

/**
 * What a check found: all is well; something to correct, and how; or nothing to judge by, and why.
 * `said` is for people, and holds no secret.
 */
export type Finding =
  | { status: "pass"; said: string }
  | { status: "fail"; said: string; fix: string }
  | { status: "skip"; said: string };

/** Judges facts that were gathered before, and asks nobody itself. */
type Judge = (facts: Facts) => Finding;

/** Lines of the production checklist by their names: a few words, lower case with hyphens. */
export type Checks = Readonly<Record<string, Judge>>;

export const pass = (said: string): Finding => ({ status: "pass", said });
export const fail = (said: string, fix: string): Finding => ({ status: "fail", said, fix });
export const skip = (said: string): Finding => ({ status: "skip", said });

/** Judges the database, where it could be asked. */
export const ofDatabase = (judge: (database: DatabaseFacts, facts: Facts) => Finding): Judge => (facts) => {
  const { database, isLocal } = facts;
  if (database === null) return skip("no database URL: set SUPABASE_DB_URL to have this checked");
  if (database.ok) return judge(database, facts);
  return fail(
    `the database cannot be asked: ${database.reason}`,
    isLocal
      ? "Start the stack: deno task start."
      : "Correct SUPABASE_DB_URL, or the network between here and there.",
  );
};
