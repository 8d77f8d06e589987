import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import type { StackInfo } from "../../local/stack.ts";
import type { Database } from "../../supabase/functions/_shared/database/types.ts";

const given = Deno.env.get("TEST_STACK");
if (!given) {
  throw new Error(
    "TEST_STACK is not set: run `npx -y deno task test`, or set it to what `deno task start --json` printed.",
  );
}

/** The stack under test. */
export const stack: StackInfo = JSON.parse(given);

/** Opens a direct connection as the database's owner; close it with `end()`. */
export const connect = (max = 4) => postgres(stack.db_url, { max, onnotice: () => {} });

const client = (key: string, jwt?: string): SupabaseClient<Database> =>
  createClient<Database>(stack.api_url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    ...jwt === undefined ? {} : { global: { headers: { Authorization: `Bearer ${jwt}` } } },
  });

/** supabase-js as the service role, as the functions use it. */
export const asService = (): SupabaseClient<Database> => client(stack.secret_key);

/** supabase-js as the signed-in local user, as a dashboard uses it. */
export const asUser = (jwt = stack.user_jwt): SupabaseClient<Database> => client(stack.publishable_key, jwt);

/** supabase-js as nobody in particular. */
export const asAnon = (): SupabaseClient<Database> => client(stack.publishable_key);

/** Test files may run side by side, in one process and in the same millisecond. */
const run = crypto.randomUUID().slice(0, 12);
let made = 0;
/** A name that no other test uses, so that tests neither meet nor need cleaning up. */
export const unique = (prefix: string): string => `${prefix}-${run}-${++made}`;

type Account = Database["public"]["Functions"]["create_account"]["Args"];

/** A fresh account; returns its name. Without limits on leverage unless the settings say so. */
export async function newAccount(
  { initial_cash = "100000", settings = { leverage: null }, ...rest }: {
    initial_cash?: string;
    settings?: Record<string, unknown>;
    owner_id?: string;
  } = {},
): Promise<string> {
  const account = unique("acct");
  // numeric arguments are sent as strings: a JSON number would pass through a double
  const args = { account, initial_cash, settings, ...rest } as unknown as Account;
  const { error } = await asService().rpc("create_account", args);
  if (error) throw new Error(`create_account: ${error.message}`);
  return account;
}
