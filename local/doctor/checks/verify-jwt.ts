import { type Check, fail, pass } from "../check.ts";

/** Senders have our keys and no token of Supabase's: the gateway must let them through to the function, which checks. */
export const verifyJwt: Check = {
  name: "verify-jwt",
  judge({ config: { functions, verifyJwt } }) {
    const wrong = functions.filter((name) => verifyJwt[name] !== false);
    if (wrong.length === 0) return pass(`false for ${functions.join(", ")}`);
    return fail(
      `not false in supabase/config.toml: ${wrong.join(", ")}`,
      `Add ${wrong.map((name) => `[functions.${name}] verify_jwt = false`).join("; ")}, and deploy again.`,
    );
  },
};
