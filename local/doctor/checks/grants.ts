import { differences } from "../../grants.ts";
import { type Check, fail, pass, withDatabase } from "../check.ts";

/** Each role reaches what supabase/grants.json says, and nothing else. */
export const grants: Check = {
  name: "grants",
  judge: (facts) =>
    withDatabase(facts, (database) => {
      const found = differences(facts.config.grants, database.grants);
      const roles = Object.keys(facts.config.grants);
      if (found.length === 0) return pass(`${roles.join(", ")} reach what supabase/grants.json lists`);
      const shown = found.slice(0, 5).join("; ");
      return fail(
        `${found.length} differences to supabase/grants.json: ${shown}${found.length > 5 ? "; …" : ""}`,
        "Revoke what is there (+) and not meant to be, grant what is missing (-); if meant: deno task db:grants.",
      );
    }),
};
