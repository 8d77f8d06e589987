import { type Check, fail, isLoopback, pass, skip } from "../check.ts";

const SAFE_MODES = ["require", "verify-ca", "verify-full"];

/** What goes to the database and back is encrypted, and a server that cannot is refused. */
export const postgresTls: Check = {
  name: "postgres-tls",
  judge({ dbUrl, database }) {
    if (dbUrl === null) return skip("no database URL: set SUPABASE_DB_URL to have this checked");
    if (!URL.canParse(dbUrl)) {
      return fail("the database URL is none", "Copy it from the project's page Connect.");
    }
    const url = new URL(dbUrl);
    if (isLoopback(url)) return pass("not needed here: the database is on this machine");
    const fix = "Add ?sslmode=require (or verify-full with the project's certificate) to SUPABASE_DB_URL.";
    const mode = url.searchParams.get("sslmode") ?? "";
    if (!SAFE_MODES.includes(mode)) return fail(`sslmode is ${mode || "not set"}: TLS may be left out`, fix);
    if (database?.ok && !database.tls) return fail("the connection is not encrypted", fix);
    return pass(`sslmode is ${mode}`);
  },
};
