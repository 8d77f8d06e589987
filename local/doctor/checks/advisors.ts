import { type Check, fail, pass, skip, withDatabase } from "../check.ts";

/** Supabase's own advisors have nothing to warn of. */
export const advisors: Check = {
  name: "advisors",
  judge: (facts) =>
    withDatabase(facts, ({ advisors }) => {
      if (!advisors.ok) return skip(`supabase db advisors cannot be run: ${advisors.reason}`);
      const { warnings } = advisors;
      if (warnings.length === 0) return pass("supabase db advisors warns of nothing");
      return fail(
        `${warnings.length} warnings: ${warnings.slice(0, 3).join("; ")}`,
        "See supabase db advisors, or the project's page Advisors; each has its remedy.",
      );
    }),
};
