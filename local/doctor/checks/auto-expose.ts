import { type Check, fail, pass } from "../check.ts";

/** A new table is reachable by its own grants only. */
export const autoExpose: Check = {
  name: "auto-expose-new-tables",
  judge({ config: { autoExposeNewTables } }) {
    if (autoExposeNewTables === false) return pass("false");
    return fail(
      `auto_expose_new_tables is ${autoExposeNewTables ?? "not set"}: a new table is open to everybody`,
      "Set auto_expose_new_tables = false under [api] in supabase/config.toml, and supabase config push.",
    );
  },
};
