import { sign } from "hono/jwt";

/** Claims of a token as PostgREST and `auth.uid()` read them. */
export interface Claims {
  role: "anon" | "authenticated" | "service_role";
  /** User id. */
  sub?: string;
  email?: string;
}

// The tokens of a local stack outlive it: they change only with its data directory.
const lifetimeSeconds = 10 * 365 * 24 * 3600;

/** A JSON web token signed with HS256, valid for ten years. */
export async function signJwt(claims: Claims, secret: string): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const standing = { iss: "supabase-automation-local", aud: "authenticated" };
  return await sign({ ...standing, ...claims, iat, exp: iat + lifetimeSeconds }, secret, "HS256");
}

/** The key set with which functions verify tokens. The key is symmetric: it never leaves this machine. */
export function jsonWebKeySet(secret: string): string {
  const k = new TextEncoder().encode(secret).toBase64({ alphabet: "base64url", omitPadding: true });
  return JSON.stringify({ keys: [{ kty: "oct", alg: "HS256", k }] });
}
