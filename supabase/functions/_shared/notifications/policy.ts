import * as z from "zod";
import { ConfigError, type Environment, readVariables } from "../config/config.ts";
import { specialUse } from "../network/special-addresses.ts";
import { specialName } from "../network/special-names.ts";

export interface NotifyPolicy {
  allowHttp: boolean;
  /** Any address and any port: for a local stack and its tests only. */
  allowPrivate: boolean;
  ports: readonly number[];
}

export const STRICT_POLICY: NotifyPolicy = Object.freeze({
  allowHttp: false,
  allowPrivate: false,
  ports: Object.freeze([443, 8443]),
});

const HTTP_PORTS = [80, 8080];

const flag = z.enum(["0", "1"]).default("0").transform((text) => text === "1");
const ports = z.string().regex(/^\d{1,5}(,\d{1,5})*$/, "is not a list of ports such as 443,8443");

/**
 * The policy of an environment: `NOTIFY_ALLOW_HTTP=1`, `NOTIFY_PORTS=443,8443` and, where Supabase itself lies at a
 * private address, `NOTIFY_ALLOW_PRIVATE=1`.
 *
 * @throws ConfigError when a variable makes no sense, or private receivers are asked for on a hosted project
 */
export function readNotifyPolicy(environment: Environment): NotifyPolicy {
  const { url, allowHttp, allowPrivate, named } = readVariables({
    url: ["SUPABASE_URL", z.url()],
    allowHttp: ["NOTIFY_ALLOW_HTTP", flag],
    allowPrivate: ["NOTIFY_ALLOW_PRIVATE", flag],
    named: ["NOTIFY_PORTS", ports.optional()],
  }, environment);
  if (allowPrivate && hostTrouble(new URL(url).hostname) === null) {
    throw new ConfigError("configuration: NOTIFY_ALLOW_PRIVATE is for a local stack; this project is hosted");
  }
  return Object.freeze({
    allowHttp: allowHttp || allowPrivate,
    allowPrivate,
    ports: named?.split(",").map(Number) ?? [...STRICT_POLICY.ports, ...allowHttp ? HTTP_PORTS : []],
  });
}

/** A URL that may be dialled once its addresses were checked, or what is wrong with it. Never repeats the URL. */
export type UrlCheck = { ok: true; url: URL } | { ok: false; code: UrlRefusal; message: string };

export type UrlRefusal =
  | "invalid_url"
  | "forbidden_scheme"
  | "forbidden_userinfo"
  | "forbidden_port"
  | "forbidden_host";

const LONGEST = 2_048;
const DEFAULT_PORTS: Record<string, number> = { "https:": 443, "http:": 80 };

const refuse = (code: UrlRefusal, message: string): UrlCheck => ({ ok: false, code, message });

/**
 * Whether a text is the URL of a receiver on the public internet, as far as the text itself tells: its scheme, its port,
 * a host that is no private name or address in any spelling. Pure: what the host resolves to is checked when it is
 * dialled.
 */
export function checkWebhookUrl(text: string, policy: NotifyPolicy = STRICT_POLICY): UrlCheck {
  // The URL parser drops tabs and newlines, trims, and takes \ for /: whoever wrote those meant something else.
  if (text.length > LONGEST || /[\s\\\p{Cc}\p{Cf}]/u.test(text)) {
    return refuse("invalid_url", `must be a URL of at most ${LONGEST} characters without spaces`);
  }
  if (!URL.canParse(text)) return refuse("invalid_url", "is not a URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && !(policy.allowHttp && url.protocol === "http:")) {
    return refuse(
      "forbidden_scheme",
      policy.allowHttp ? "must begin with https:// or http://" : "must begin with https://",
    );
  }
  if (!/^https?:\/\/[^/]/i.test(text)) return refuse("invalid_url", "is not a URL with a host");
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    return refuse("forbidden_userinfo", "must not have a user name or password");
  }
  const port = url.port === "" ? DEFAULT_PORTS[url.protocol] ?? 0 : Number(url.port);
  if (!policy.allowPrivate && !policy.ports.includes(port)) {
    return refuse("forbidden_port", `must have one of the ports ${policy.ports.join(", ")}`);
  }
  const trouble = policy.allowPrivate ? null : hostTrouble(url.hostname);
  if (trouble !== null) return refuse("forbidden_host", `has a host that ${trouble}`);
  url.hash = "";
  return { ok: true, url };
}

/** Why a host is none of the public internet, as far as its name tells; null when it may be one. */
function hostTrouble(hostname: string): string | null {
  const host = bareHost(hostname);
  if (!isLiteral(hostname)) return specialName(host);
  const use = specialUse(host);
  return use === null ? null : `is not a public address (${use})`;
}

/** The URL of a receiver of notifications: https, on the public internet; gives its normal form. See {@link checkWebhookUrl}. */
export const webhookUrlSchema = z.string().transform((text, context) => {
  const check = checkWebhookUrl(text);
  if (check.ok) return check.url.href;
  context.issues.push({ code: "custom", message: check.message, input: undefined });
  return z.NEVER;
});

/** A URL's host name as resolvers and TLS want it: without the brackets of IPv6 and the dot of the root. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");

/** Whether a URL's host name is an address. The URL parser has put every spelling of IPv4 into four decimals. */
export const isLiteral = (hostname: string): boolean =>
  hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
