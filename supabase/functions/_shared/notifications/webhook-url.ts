import * as z from "zod";
import { hostTrouble, type NotifyPolicy, STRICT_POLICY } from "./policy.ts";

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

/** The URL of a receiver of notifications: https, on the public internet; gives its normal form. See {@link checkWebhookUrl}. */
export const webhookUrlSchema = z.string().transform((text, context) => {
  const check = checkWebhookUrl(text);
  if (check.ok) return check.url.href;
  context.issues.push({ code: "custom", message: check.message, input: undefined });
  return z.NEVER;
});
