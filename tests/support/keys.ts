import { createApiKeyAuthService, type Scope } from "../../supabase/functions/_shared/auth/api-keys.ts";

/** A key that a stack of a test's own knows; see {@link keysFor}. */
export interface TestKey {
  id: string;
  scopes?: readonly Scope[];
  account?: string;
}

/** New keys, and the variables with which a stack knows them. */
export function keysFor(wanted: readonly TestKey[]): { keys: string[]; env: Record<string, string> } {
  const secret = crypto.randomUUID() + crypto.randomUUID();
  const service = createApiKeyAuthService({ secret, apiKeys: "" });
  const made = wanted.map((key) => service.generateApiKey(key));
  return {
    keys: made.map(({ key }) => key),
    env: { API_KEY_SECRET: secret, API_KEYS: made.map(({ entry }) => entry).join(",") },
  };
}
