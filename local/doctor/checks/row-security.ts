import { type Check, fail, pass, withDatabase } from "../check.ts";

/** Every table has row security. */
export const rowSecurity: Check = {
  name: "row-security",
  judge: (facts) =>
    withDatabase(facts, ({ openTables }) => {
      if (openTables.length === 0) return pass("on for every table");
      return fail(
        `off for ${openTables.join(", ")}`,
        openTables.map((table) => `alter table ${table} enable row level security;`).join(" "),
      );
    }),
};
