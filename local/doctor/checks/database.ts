import { differences } from "../../grants.ts";
import { type Checks, fail, ofDatabase, pass, skip } from "../check.ts";

const LONGEST_STATEMENT = 60_000;

/** The functions that wait for locks, and must give up by themselves, before the statement is killed. */
const WAITING = [
  "process_alerts",
  "preview_alerts",
  "update_account_settings",
  "reset_account",
  "halt_account",
];

/** The limit of PostgREST's statements, which apply where a function has none of its own. */
const USUAL_STATEMENT = 8_000;

/** Milliseconds after which TradingView gives up, less a way there and back. */
const LATEST_ANSWER = 2_800;
const USUAL_ANSWER = 2_200;

/** What the database has, who may touch it, and how long it is waited for. */
export const database: Checks = {
  /** The database has every migration of the checkout. */
  "migrations": ofDatabase(({ newestMigration: applied }, facts) => {
    const { newestMigration: wanted } = facts.config;
    if (applied === wanted) return pass(`at ${applied}`);
    return fail(
      `the database is at ${applied ?? "none"}, the checkout at ${wanted ?? "none"}`,
      (applied ?? "") < (wanted ?? "") ? "supabase db push" : "Pull: the database is ahead of this checkout.",
    );
  }),
  /** Each role reaches what supabase/grants.json says, and nothing else. */
  "grants": ofDatabase((database, facts) => {
    const found = differences(facts.config.grants, database.grants);
    const roles = Object.keys(facts.config.grants);
    if (found.length === 0) return pass(`${roles.join(", ")} reach what supabase/grants.json lists`);
    const shown = found.slice(0, 5).join("; ");
    return fail(
      `${found.length} differences to supabase/grants.json: ${shown}${found.length > 5 ? "; …" : ""}`,
      "Revoke what is there (+) and not meant to be, grant what is missing (-); if meant: deno task db:grants.",
    );
  }),
  /** Every table has row security. */
  "row-security": ofDatabase(({ openTables }) => {
    if (openTables.length === 0) return pass("on for every table");
    return fail(
      `off for ${openTables.join(", ")}`,
      openTables.map((table) => `alter table ${table} enable row level security;`).join(" "),
    );
  }),
  /** Supabase's own advisors have nothing to warn of. */
  "advisors": ofDatabase(({ advisors }) => {
    if (!advisors.ok) return skip(`supabase db advisors cannot be run: ${advisors.reason}`);
    const { warnings } = advisors;
    if (warnings.length === 0) return pass("supabase db advisors warns of nothing");
    return fail(
      `${warnings.length} warnings: ${warnings.slice(0, 3).join("; ")}`,
      "See supabase db advisors, or the project's page Advisors; each has its remedy.",
    );
  }),
  /** No request keeps a connection of PostgREST's for ever. */
  "statement-timeout": ofDatabase(({ roleSettings }) => {
    const of = (role: string) => duration(roleSettings[role]?.statement_timeout);
    const roles = ["anon", "authenticated", "authenticator"];
    const loose = roles.filter((role) => {
      const limit = of(role);
      return limit === null || limit === 0 || limit > LONGEST_STATEMENT;
    });
    if (loose.length === 0) {
      return pass(roles.map((role) => `${role} ${roleSettings[role]?.statement_timeout}`).join(", "));
    }
    return fail(
      `without a statement_timeout of at most a minute: ${loose.join(", ")}`,
      loose.map((role) => `alter role ${role} set statement_timeout = '8s';`).join(" "),
    );
  }),
  /** A wait for a lock ends as an answer, not as a killed statement that nobody knows the fate of. */
  "lock-timeout": ofDatabase(({ functionSettings, roleSettings }) => {
    const limit = duration(roleSettings.authenticator?.statement_timeout) || USUAL_STATEMENT;
    const wrong = WAITING.filter((name) => {
      const { lock_timeout, statement_timeout } = functionSettings[name] ?? {};
      const wait = duration(lock_timeout);
      return wait === null || wait === 0 || wait >= (duration(statement_timeout) ?? limit);
    });
    if (wrong.length === 0) {
      return pass(`below the statement_timeout in ${WAITING.length} functions that wait`);
    }
    return fail(
      `no lock_timeout below the statement_timeout: ${wrong.join(", ")}`,
      "Apply supabase/migrations anew: supabase db push; somebody changed these functions.",
    );
  }),
  /** An alert is answered before its sender gives up. */
  "alert-deadline"({ env: { ALERT_DEADLINE_MS: text } }) {
    const milliseconds = Number(text || USUAL_ANSWER);
    if (milliseconds >= 100 && milliseconds <= LATEST_ANSWER) {
      return pass(`alerts are answered within ${milliseconds} ms`);
    }
    return fail(
      `ALERT_DEADLINE_MS is not between 100 and ${LATEST_ANSWER}: TradingView gives up after 3000`,
      `Leave it out, which means ${USUAL_ANSWER}.`,
    );
  },
};

/** Milliseconds of a setting of Postgres such as `8s`, `1200ms` or `3000`; 0 means no limit; null when it is not set. */
function duration(text: string | undefined): number | null {
  const [, amount, unit = "ms"] = /^(\d+)\s*(ms|s|min|h)?$/.exec(text ?? "") ?? [];
  if (amount === undefined) return null;
  return Number(amount) * ({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }[unit] ?? 1);
}
