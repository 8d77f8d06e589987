import { type Check, fail, pass } from "../check.ts";

/** What is deployed refuses an alert without a key by itself: a 401 of the gateway's means verify_jwt, a 200 the worst. */
export const deployedAuth: Check = {
  name: "deployed-auth",
  judge({ functions: { keyless }, isLocal }) {
    if (keyless === null) {
      return fail(
        "POST /functions/v1/alerts does not answer",
        isLocal ? "deno task start" : "supabase functions deploy",
      );
    }
    const { status, code } = keyless;
    if (status === 401 && code === "missing_key") {
      return pass("an alert without a key is refused by the function");
    }
    if (code === "source_not_allowed") return pass("an alert from here is refused by the function");
    if (status === 401) {
      return fail(
        "the gateway refuses senders before the function sees them",
        "Deploy with verify_jwt = false: supabase functions deploy --use-api reads supabase/config.toml.",
      );
    }
    return fail(
      `an alert without a key is answered ${status}`,
      status === 404
        ? "Deploy the functions: supabase functions deploy --use-api."
        : "See the function's log.",
    );
  },
};
