import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../config/config.ts";
import type { Database } from "./types.ts";

export type DatabaseClient = SupabaseClient<Database>;

/** supabase-js as the service role; one an isolate. It keeps no session and opens no socket by itself. */
export function createDatabase(
  { supabaseUrl, serviceKey }: Pick<Config, "supabaseUrl" | "serviceKey">,
): DatabaseClient {
  return createClient<Database>(supabaseUrl, serviceKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}
