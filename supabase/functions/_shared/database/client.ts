import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../config/config.ts";
import type { Log } from "../observability/log.ts";
import { withSecretKeys } from "./secret-keys.ts";
import type { Database } from "./types.ts";

export type DatabaseClient = SupabaseClient<Database>;

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
