import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../config/config.ts";
import type { Log } from "../observability/log.ts";
import { withSecretKeys } from "./secret-keys.ts";
import type { Database } from "./types.ts";

/**
 * What a client of supabase-js does with the database. It is all that a deploy bundles of one (local/deploy/left-out.ts): a
 * function that needs users, files or sockets makes a client of its own.
 */
export type DatabaseClient = Pick<SupabaseClient<Database>, "from" | "rpc" | "schema">;

/** supabase-js as the service role; one an isolate. It keeps no session and opens no socket by itself. */
export function createDatabase(
  { supabaseUrl, serviceKeys }: Pick<Config, "supabaseUrl" | "serviceKeys">,
  log?: Log,
): DatabaseClient {
  return createClient<Database>(supabaseUrl, serviceKeys[0] ?? "", {
    global: { fetch: withSecretKeys(serviceKeys, log) },
    // The service role has no session: with a token of its own the client sets up none, and looks for none at each call.
    accessToken: () => Promise.resolve(serviceKeys[0] ?? ""),
  });
}
