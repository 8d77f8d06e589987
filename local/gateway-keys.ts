import type { Secrets } from "./secrets.ts";

/** What the gateway makes of a request's credentials for `/rest/v1`. */
export type Credentials = { authorization: string } | { refused: string };

/** Decides the `Authorization` header PostgREST gets, from the two headers the client sent. */
export type KeyMapper = (apikey: string | null, authorization: string | null) => Credentials;

/**
 * Supabase's rule: `apikey` must be one of the project's keys. A user's own token in `Authorization` goes
 * through as it is; without one, or with a `sb_…` key there, the role of the key counts.
 */
export function createKeyMapper(secrets: Secrets): KeyMapper {
  const anon = `Bearer ${secrets.anonJwt}`;
  const serviceRole = `Bearer ${secrets.serviceRoleJwt}`;
  const roles = new Map([
    [secrets.publishableKey, anon],
    [secrets.anonJwt, anon],
    [secrets.secretKey, serviceRole],
    [secrets.serviceRoleJwt, serviceRole],
  ]);
  return (apikey, authorization) => {
    if (apikey === null) return { refused: "No API key found in request: send it as the apikey header." };
    const role = roles.get(apikey);
    if (role === undefined) return { refused: "Invalid API key." };
    const hasOwnToken = authorization !== null && !authorization.startsWith("Bearer sb_");
    return { authorization: hasOwnToken ? authorization : role };
  };
}
