import { SHORTEST_SECRET } from "../../../supabase/functions/_shared/config/config.ts";
import { type Check, fail, pass, skip } from "../check.ts";

/** The functions refuse to start with a short secret. */
export const secretLength: Check = {
  name: "secret-length",
  judge({ env: { API_KEY_SECRET: secret = "" }, isLocal }) {
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
};
