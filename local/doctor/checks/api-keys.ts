import { parseApiKeys } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import { errorText } from "../../errors.ts";
import { type Check, fail, pass, skip } from "../check.ts";

/** Every entry of API_KEYS is one, and at least one is live. */
export const apiKeys: Check = {
  name: "api-keys",
  judge({ env: { API_KEYS: text = "" }, isLocal }) {
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
