import { type Check, fail, pass, withDatabase } from "../check.ts";

/** The database has every migration of the checkout. */
export const migrations: Check = {
  name: "migrations",
  judge: (facts) =>
    withDatabase(facts, ({ newestMigration: applied }) => {
      const { newestMigration: wanted } = facts.config;
      if (applied === wanted) return pass(`at ${applied}`);
      return fail(
        `the database is at ${applied ?? "none"}, the checkout at ${wanted ?? "none"}`,
        (applied ?? "") < (wanted ?? "")
          ? "supabase db push"
          : "Pull: the database is ahead of this checkout.",
      );
    }),
};
