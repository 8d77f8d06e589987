const encoder = new TextEncoder();

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
  const issuedAt = Math.floor(Date.now() / 1000);
  const payload = {
    iss: "supabase-automation-local",
    aud: "authenticated",
    ...claims,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  };
  const signed = `${encode(JSON.stringify({ alg: "HS256", typ: "JWT" }))}.${encode(JSON.stringify(payload))}`;
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = await crypto.subtle.sign("HMAC", key, encoder.encode(signed));
  return `${signed}.${new Uint8Array(signature).toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/** The key set with which functions verify tokens. The key is symmetric: it never leaves this machine. */
export function jsonWebKeySet(secret: string): string {
  return JSON.stringify({ keys: [{ kty: "oct", alg: "HS256", k: encode(secret) }] });
}

function encode(text: string): string {
  return encoder.encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}
