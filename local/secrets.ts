import { sign } from "hono/jwt";
import { join } from "node:path";
import { dataDirectory } from "./data-directory.ts";
import { readTextIfAny, writePrivateFile } from "./paths.ts";

/** The user that owns the default account on a local stack. */
export const localUser = { id: "00000000-0000-4000-8000-000000000001", email: "local@example.com" };

/** The random part of a data directory; made at its first start and kept there. */
type Seeds = ReturnType<typeof newSeeds>;

export type Secrets = Awaited<ReturnType<typeof loadSecrets>>;

/** Reads the secrets of a data directory, or makes them. The file is readable by its owner only. */
export async function loadSecrets(dataDir: string) {
  const path = join(dataDir, "secrets.json");
  const text = await readTextIfAny(path);
  // New fields appear as this code grows; what an older start wrote keeps its value.
  const seeds: Seeds = { ...newSeeds(), ...(text === null ? {} : JSON.parse(text)) };
  await writePrivateFile(path, JSON.stringify(seeds, null, 2) + "\n");
  const { jwtSecret } = seeds;
  const user = { role: "authenticated", sub: localUser.id, email: localUser.email };
  return {
    ...seeds,
    /** JSON web tokens for the roles, as the older Supabase keys were. */
    anonJwt: await signJwt({ role: "anon" }, jwtSecret),
    serviceRoleJwt: await signJwt({ role: "service_role" }, jwtSecret),
    /** Token of {@link localUser}. */
    userJwt: await signJwt(user, jwtSecret),
    jwks: jsonWebKeySet(jwtSecret),
  };
}

/** What the local stack wrote into its data directory, and whose its accounts are; null when it never ran. */
export async function localKeys(dataDir?: string) {
  const paths = ["secrets.json", "development-key"].map((name) => join(dataDirectory(dataDir), name));
  const [secrets, key] = await Promise.all(paths.map(readTextIfAny));
  if (!secrets) return null;
  const { secretKey } = JSON.parse(secrets) as Seeds;
  return { key: key?.split("\n")[0], secretKey, owner: localUser.id };
}

/** Random text safe in URLs, SQL literals and shells. */
export function randomText(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}

function newSeeds() {
  return {
    adminPassword: randomText(24),
    postgresPassword: randomText(24),
    authenticatorPassword: randomText(24),
    jwtSecret: randomText(32),
    publishableKey: `sb_publishable_${randomText(11)}_${randomText(4)}`,
    secretKey: `sb_secret_${randomText(11)}_${randomText(4)}`,
    redisToken: randomText(24),
  };
}

// The tokens of a local stack outlive it: they change only with its data directory.
const lifetimeSeconds = 10 * 365 * 24 * 3600;

/** A JSON web token with claims as PostgREST and `auth.uid()` read them, signed with HS256, valid for ten years. */
async function signJwt(claims: Record<string, string>, secret: string): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const standing = { iss: "supabase-automation-local", aud: "authenticated" };
  return await sign({ ...standing, ...claims, iat, exp: iat + lifetimeSeconds }, secret, "HS256");
}

/** The key set with which functions verify tokens. The key is symmetric: it never leaves this machine. */
function jsonWebKeySet(secret: string): string {
  const k = new TextEncoder().encode(secret).toBase64({ alphabet: "base64url", omitPadding: true });
  return JSON.stringify({ keys: [{ kty: "oct", alg: "HS256", k }] });
}
