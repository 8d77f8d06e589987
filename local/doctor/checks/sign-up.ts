import { type Check, fail, pass } from "../check.ts";

/** Users are made by the operator, as whoever is signed in may call the RPCs of dashboards. */
export const signUp: Check = {
  name: "sign-up",
  judge({ config: { signUp } }) {
    if (signUp === false) return pass("off");
    return fail(
      "enable_signup is not false: anybody can become a user",
      "Set enable_signup = false under [auth] in supabase/config.toml, and turn sign-up off in the project's Auth settings.",
    );
  },
};
