import { type Check, fail, pass, withDatabase } from "../check.ts";

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
/** What the free plan of Supabase holds; past it the database takes no more. */
const FREE_PLAN = 500_000_000;
/** Days for which there must be room. */
const AHEAD = 30;

/** There is room for a month of alerts. */
export const databaseSize: Check = {
  name: "database-size",
  judge: (facts) =>
    withDatabase(facts, ({ bytes, bytesPerDay, daysSinceAlert }) => {
      const last = daysSinceAlert === null ? "no alert yet" : `last alert ${daysSinceAlert} days ago`;
      const said = `${megabytes(bytes)}, ${megabytes(bytesPerDay)} more a day; ${last}`;
      const fits = bytes > FREE_PLAN || bytes + AHEAD * bytesPerDay <= FREE_PLAN;
      if (fits || facts.isLocal) return pass(said);
      return fail(said, "The free plan holds 500 MB: send fewer marks, or take a larger plan.");
    }),
};
