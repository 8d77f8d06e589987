import { parseSources } from "../../../supabase/functions/_shared/http/allowed-sources.ts";
import { specialUse } from "../../../supabase/functions/_shared/network/special-addresses.ts";
import { type Check, fail, pass, skip } from "../check.ts";

const REFUSED = "source_not_allowed";

/** `ALLOWED_ALERT_IPS` keeps others out, and only them: shown by an alert from here, and one that lies about where it is from. */
export const alertSources: Check = {
  name: "alert-sources",
  judge({ env: { ALLOWED_ALERT_IPS: list = "" }, functions: { keyless, claimed }, isLocal }) {
    const sources = parseSources(list);
    if (sources instanceof Error) return fail(sources.message, "Correct ALLOWED_ALERT_IPS.");
    if (keyless === null) return skip("POST /functions/v1/alerts does not answer");
    const isRefused = keyless.code === REFUSED;
    if (!isRefused && sources === null) return pass("alerts are taken from any address");
    if (!isRefused) {
      return skip("an alert from here is taken: see that this machine is meant to be on the list");
    }
    const { address } = keyless;
    const correct = "Correct TRUSTED_PROXY: TradingView's alerts are refused, too.";
    if (address === null) return fail("the function sees no address of who sends", correct);
    if (!isLocal && specialUse(address) !== null) {
      return fail(`the function sees ${address}, which is no sender's: a proxy of its own`, correct);
    }
    if (sources === null) {
      return skip("alerts are not taken from here: set ALLOWED_ALERT_IPS to have it checked");
    }
    if (sources(address)) {
      return fail(
        `${address} is on the list here, and refused`,
        "Deploy again: the project has another list.",
      );
    }
    if (claimed?.code !== REFUSED && claimed?.status !== 403) {
      return fail(
        "a header that names an address of the list is believed",
        "Correct TRUSTED_PROXY: anybody may send.",
      );
    }
    return pass(`an alert from here (${address}) is refused, whatever it claims`);
  },
};
