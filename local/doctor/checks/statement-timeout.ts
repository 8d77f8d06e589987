import { type Check, fail, pass, withDatabase } from "../check.ts";
import { duration } from "../duration.ts";

const LONGEST = 60_000;

/** No request keeps a connection of PostgREST's for ever. */
export const statementTimeout: Check = {
  name: "statement-timeout",
  judge: (facts) =>
    withDatabase(facts, ({ roleSettings }) => {
      const of = (role: string) => duration(roleSettings[role]?.statement_timeout);
      const roles = ["anon", "authenticated", "authenticator"];
      const loose = roles.filter((role) => {
        const limit = of(role);
        return limit === null || limit === 0 || limit > LONGEST;
      });
      if (loose.length === 0) {
        return pass(roles.map((role) => `${role} ${roleSettings[role]?.statement_timeout}`).join(", "));
      }
      return fail(
        `without a statement_timeout of at most a minute: ${loose.join(", ")}`,
        loose.map((role) => `alter role ${role} set statement_timeout = '8s';`).join(" "),
      );
    }),
};
