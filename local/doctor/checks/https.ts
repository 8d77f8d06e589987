import { type Check, fail, isLoopback, pass } from "../check.ts";

/** API keys come over this URL. */
export const https: Check = {
  name: "https",
  judge({ functions }) {
    const url = new URL(functions.url);
    if (isLoopback(url)) return pass("not needed here: the functions are on this machine");
    if (url.protocol === "https:") return pass("https");
    return fail(
      "the functions are not reached by https: keys cross the network in the clear",
      "Use the https URL.",
    );
  },
};
