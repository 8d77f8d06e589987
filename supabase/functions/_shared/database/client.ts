import { PostgrestClient } from "@supabase/postgrest-js";
import type { Config } from "../config/config.ts";
import type { Log } from "../observability/log.ts";
import { withSecretKeys } from "./secret-keys.ts";
import type { Database } from "./types.ts";

/** What calls the database's functions; a client of supabase-js does, too. */
export type DatabaseClient = Pick<PostgrestClient<Database>, "rpc">;

/**
 * The part of supabase-js that calls the database, as the service role; one an isolate. Not all of supabase-js, whose users,
 * files and sockets no function needs: they were half of what an isolate compiles before its first alert.
 */
export function createDatabase(
  { supabaseUrl, serviceKeys }: Pick<Config, "supabaseUrl" | "serviceKeys">,
  log?: Log,
): DatabaseClient {
  return new PostgrestClient<Database>(`${supabaseUrl.replace(/\/+$/, "")}/rest/v1`, {
    schema: "public",
    // Older keys are tokens, which PostgREST reads there; a newer key stands in both headers.
    headers: { authorization: `Bearer ${serviceKeys[0]}` },
    fetch: withSecretKeys(serviceKeys, log),
  });
}
