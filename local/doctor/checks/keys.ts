import { parseApiKeys } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { SHORTEST_SECRET } from "../../../supabase/functions/_shared/config/config.ts";
import { errorText } from "../../errors.ts";
import { type Checks, fail, pass, skip } from "../check.ts";

/** Bits of randomness that a secret should show at least: 32 random hexadecimal digits have about 115. */
const FEWEST_BITS = 96;

const GUESSED_WORDS = /secret|password|passwd|changeme|example|default|supabase|qwerty|admin|test/i;

/** The keys, and the secret that they are made with. */
export const keys: Checks = {
  /** The functions refuse to start with a short secret. */
  "secret-length"({ env: { API_KEY_SECRET: secret = "" }, isLocal }) {
    if (secret === "" && !isLocal) {
      return skip("API_KEY_SECRET is not set here: set it to what the project has");
    }
    if (secret.length >= SHORTEST_SECRET) return pass(`API_KEY_SECRET has ${secret.length} characters`);
    return fail(
      secret === ""
        ? "API_KEY_SECRET is not set"
        : `API_KEY_SECRET has ${secret.length} characters, fewer than ${SHORTEST_SECRET}`,
      "Set it to 64 random hexadecimal digits, for example of `openssl rand -hex 32`; then make new keys.",
    );
  },
  /** A secret that people thought of, or that repeats itself, can be guessed from one known key and its hash. */
  "secret-strength"({ env: { API_KEY_SECRET: secret = "" } }) {
    if (secret === "") return skip("API_KEY_SECRET is not set");
    const fix = "Set it to something random, for example of `openssl rand -hex 32`; then make new keys.";
    if (GUESSED_WORDS.test(secret)) {
      return fail("API_KEY_SECRET contains a word that people use for secrets", fix);
    }
    const bits = Math.floor(randomness(secret));
    return bits >= FEWEST_BITS
      ? pass(`API_KEY_SECRET looks random: about ${bits} bits`)
      : fail(`API_KEY_SECRET does not look random: about ${bits} bits of ${FEWEST_BITS}`, fix);
  },
  /** Every entry of API_KEYS is one, and at least one is live. */
  "api-keys"({ env: { API_KEYS: text = "" }, isLocal }) {
    if (text === "" && !isLocal) return skip("API_KEYS is not set here: set it to what the project has");
    try {
      const entries = parseApiKeys(text);
      const live = entries.filter(({ expiresAt }) => expiresAt === null || expiresAt > Date.now()).length;
      if (live > 0) return pass(`${live} of ${entries.length} keys live`);
      return fail(
        entries.length === 0 ? "API_KEYS is empty: nobody can send an alert" : "every key has expired",
        "Make one: deno task keys:create <id>, and add its entry to API_KEYS.",
      );
    } catch (error) {
      return fail(errorText(error), "Correct the entry, or make a new one: deno task keys:create <id>.");
    }
  },
};

/**
 * An upper bound of the bits in a text: Shannon's entropy of its characters, or of the steps between them where that is
 * less, as in `abcdef…`, times its length.
 */
function randomness(text: string): number {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return Math.min(entropy(codes), entropy(steps)) * codes.length;
}

/** Bits a symbol. */
function entropy(symbols: readonly number[]): number {
  const counts = Map.groupBy(symbols, (symbol) => symbol).values().map(({ length }) =>
    length / symbols.length
  );
  return [...counts].reduce((sum, share) => sum - share * Math.log2(share), 0);
}
