import type { Facts } from "./facts.ts";

/**
 * What a check found: all is well; something to correct, and how; or nothing to judge by, and why.
 * `said` is for people, and holds no secret.
 */
export type Finding =
  | { status: "pass"; said: string }
  | { status: "fail"; said: string; fix: string }
  | { status: "skip"; said: string };

/** One line of the production checklist. It judges facts that were gathered before, and asks nobody itself. */
export interface Check {
  /** A few words, lower case with hyphens. */
  name: string;
  judge(facts: Facts): Finding;
}

export const pass = (said: string): Finding => ({ status: "pass", said });
export const fail = (said: string, fix: string): Finding => ({ status: "fail", said, fix });
export const skip = (said: string): Finding => ({ status: "skip", said });

/** Judges the database, where it could be asked. */
export function withDatabase(
  { database, isLocal }: Facts,
  judge: (database: Extract<Facts["database"], { ok: true }>) => Finding,
): Finding {
  if (database === null) return skip("no database URL: set SUPABASE_DB_URL to have this checked");
  if (database.ok) return judge(database);
  return fail(
    `the database cannot be asked: ${database.reason}`,
    isLocal
      ? "Start the stack: deno task start."
      : "Correct SUPABASE_DB_URL, or the network between here and there.",
  );
}

/** Whether a URL leads to this machine, where nobody listens on the wire. */
export function isLoopback(url: URL): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
}
