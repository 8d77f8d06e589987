import type { Log } from "../observability/log.ts";

/** What a call comes to whose keys the project refuses, all of them; see {@link withSecretKeys}. */
export const REFUSED_KEY = "refused_key";

/**
 * `fetch` as this project, by the first of its secret keys that it takes: a key may be disabled or deleted while functions
 * run. With none left the answer is an error of our own code, so that it is not taken for an outage.
 */
export function withSecretKeys(keys: readonly string[], log: Log = () => {}): typeof fetch {
  let current = 0;
  let isTold = false;
  return async (input, init) => {
    for (let tries = 1;; tries++) {
      const index = current;
      const key = keys[index] ?? "";
      const headers = new Headers(init?.headers);
      headers.set("apikey", key);
      if (headers.has("authorization")) headers.set("authorization", `Bearer ${key}`);
      const response = await fetch(input, { ...init, headers });
      if (response.status !== 401) {
        isTold = false;
        return response;
      }
      await response.body?.cancel();
      // Another request may have gone on to the next key meanwhile.
      if (current === index) current = (index + 1) % keys.length;
      if (tries < keys.length) continue;
      if (!isTold) {
        log("error", "the project refuses its secret keys", { code: REFUSED_KEY, keys: keys.length });
      }
      isTold = true;
      return Response.json({ code: REFUSED_KEY, message: "the project refuses its secret keys" }, {
        status: 401,
      });
    }
  };
}
