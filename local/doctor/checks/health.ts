import { type Check, fail, pass } from "../check.ts";

/** The functions run, and so does all that they need. */
export const health: Check = {
  name: "health",
  judge({ functions: { live, ready }, isLocal }) {
    const start = isLocal
      ? "Start the stack: deno task start."
      : "Deploy: supabase functions deploy --use-api.";
    if (live?.status !== 200) {
      return fail(
        `GET /functions/v1/health ${live === null ? "does not answer" : `answers ${live.status}`}`,
        start,
      );
    }
    if (ready?.status === 200) return pass("live and ready");
    const down = ready?.down.join(", ") || "unknown";
    return fail(`not ready: ${down}`, "See what that component says, and the log of the function health.");
  },
};
