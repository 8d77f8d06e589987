import { type Check, fail, pass, skip } from "../check.ts";

/** Bits of randomness that a secret should show at least: 32 random hexadecimal digits have about 115. */
const FEWEST_BITS = 96;

const WORDS = /secret|password|passwd|changeme|example|default|supabase|qwerty|admin|test/i;

/** A secret that people thought of, or that repeats itself, can be guessed from one known key and its hash. */
export const secretStrength: Check = {
  name: "secret-strength",
  judge({ env: { API_KEY_SECRET: secret = "" } }) {
    if (secret === "") return skip("API_KEY_SECRET is not set");
    const fix = "Set it to something random, for example of `openssl rand -hex 32`; then make new keys.";
    if (WORDS.test(secret)) return fail("API_KEY_SECRET contains a word that people use for secrets", fix);
    const bits = Math.floor(randomness(secret));
    return bits >= FEWEST_BITS
      ? pass(`API_KEY_SECRET looks random: about ${bits} bits`)
      : fail(`API_KEY_SECRET does not look random: about ${bits} bits of ${FEWEST_BITS}`, fix);
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
