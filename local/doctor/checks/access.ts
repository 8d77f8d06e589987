import { parseSources } from "../../../supabase/functions/_shared/http/allowed-sources.ts";
import { specialUse } from "../../../supabase/functions/_shared/network/special-addresses.ts";
import { isLoopback } from "../../ports.ts";
import { type Checks, fail, type Finding, pass, skip } from "../check.ts";

const SAFE_MODES = ["require", "verify-ca", "verify-full"];

const REFUSED = "source_not_allowed";

function overHttps(text: string, part: string, otherwise: string): Finding {
  const url = new URL(text);
  if (isLoopback(url)) return pass(`not needed here: ${part} on this machine`);
  if (url.protocol === "https:") return pass("https");
  return fail(`${otherwise} the network in the clear`, "Use the https URL.");
}

/** Who can reach what, and whether anybody can listen. */
export const access: Checks = {
  /** API keys come over this URL. */
  "https"({ functions }) {
    return overHttps(
      functions.url,
      "the functions are",
      "the functions are not reached by https: keys cross",
    );
  },
  /** What goes to the database and back is encrypted, and a server that cannot is refused. */
  "postgres-tls"({ dbUrl, database }) {
    if (dbUrl === null) return skip("no database URL: set SUPABASE_DB_URL to have this checked");
    if (!URL.canParse(dbUrl)) {
      return fail("the database URL is none", "Copy it from the project's page Connect.");
    }
    const url = new URL(dbUrl);
    if (isLoopback(url)) return pass("not needed here: the database is on this machine");
    const fix = "Add ?sslmode=require (or verify-full with the project's certificate) to SUPABASE_DB_URL.";
    const mode = url.searchParams.get("sslmode") ?? "";
    if (!SAFE_MODES.includes(mode)) {
      return fail(`sslmode is ${mode || "not set"}: TLS may be left out`, fix);
    }
    if (database?.ok && !database.tls) return fail("the connection is not encrypted", fix);
    return pass(`sslmode is ${mode}`);
  },
  /** What goes to Redis, the token above all, is encrypted. */
  "redis-tls"({ env: { UPSTASH_REDIS_REST_URL: text } }) {
    if (!text) return skip("no Redis: the cache is in memory only");
    if (!URL.canParse(text)) {
      return fail("UPSTASH_REDIS_REST_URL is no URL", "Copy it from the console of Upstash.");
    }
    return overHttps(text, "Redis is", "UPSTASH_REDIS_REST_URL is not https: the token crosses");
  },
  /** Senders have our keys and no token of Supabase's: the gateway must let them through to the function, which checks. */
  "verify-jwt"({ config: { functions, verifyJwt } }) {
    const wrong = functions.filter((name) => verifyJwt[name] !== false);
    if (wrong.length === 0) return pass(`false for ${functions.join(", ")}`);
    return fail(
      `not false in supabase/config.toml: ${wrong.join(", ")}`,
      `Add ${wrong.map((name) => `[functions.${name}] verify_jwt = false`).join("; ")}, and deploy again.`,
    );
  },
  /** What is deployed refuses an alert without a key by itself: a 401 of the gateway's means verify_jwt, a 200 the worst. */
  "deployed-auth"({ functions: { keyless }, isLocal }) {
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
  /** `ALLOWED_ALERT_IPS` keeps others out, and only them: shown by an alert from here, and one that lies about where it is from. */
  "alert-sources"({ env: { ALLOWED_ALERT_IPS: list = "" }, functions: { keyless, claimed }, isLocal }) {
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
  /** A new table is reachable by its own grants only. */
  "auto-expose-new-tables"({ config: { autoExposeNewTables } }) {
    if (autoExposeNewTables === false) return pass("false");
    return fail(
      `auto_expose_new_tables is ${autoExposeNewTables ?? "not set"}: a new table is open to everybody`,
      "Set auto_expose_new_tables = false under [api] in supabase/config.toml, and supabase config push.",
    );
  },
  /** Users are made by the operator, as whoever is signed in may call the RPCs of dashboards. */
  "sign-up"({ config: { signUp } }) {
    if (signUp === false) return pass("off");
    return fail(
      "enable_signup is not false: anybody can become a user",
      "Set enable_signup = false under [auth] in supabase/config.toml, and turn sign-up off in the project's Auth settings.",
    );
  },
};
