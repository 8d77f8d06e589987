import { type Check, fail, isLoopback, pass, skip } from "../check.ts";

/** What goes to Redis, the token above all, is encrypted. */
export const redisTls: Check = {
  name: "redis-tls",
  judge({ env: { UPSTASH_REDIS_REST_URL: text } }) {
    if (!text) return skip("no Redis: the cache is in memory only");
    if (!URL.canParse(text)) {
      return fail("UPSTASH_REDIS_REST_URL is no URL", "Copy it from the console of Upstash.");
    }
    const url = new URL(text);
    if (isLoopback(url)) return pass("not needed here: Redis is on this machine");
    if (url.protocol === "https:") return pass("https");
    return fail(
      "UPSTASH_REDIS_REST_URL is not https: the token crosses the network in the clear",
      "Use the https URL.",
    );
  },
};
