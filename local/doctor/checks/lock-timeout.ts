import { type Check, fail, pass, withDatabase } from "../check.ts";
import { duration } from "../duration.ts";

/** The functions that wait for locks, and must give up by themselves, before the statement is killed. */
const WAITING = [
  "process_alerts",
  "preview_alerts",
  "update_account_settings",
  "reset_account",
  "halt_account",
];

/** The limit of PostgREST's statements, which apply where a function has none of its own. */
const STATEMENT = 8_000;

/** A wait for a lock ends as an answer, not as a killed statement that nobody knows the fate of. */
export const lockTimeout: Check = {
  name: "lock-timeout",
  judge: (facts) =>
    withDatabase(facts, ({ functionSettings, roleSettings }) => {
      const limit = duration(roleSettings.authenticator?.statement_timeout) || STATEMENT;
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
};
