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

/** Why a host is none of the public internet, as far as its name tells; null when it may be one. */
export function hostTrouble(hostname: string): string | null {
  const host = bareHost(hostname);
  if (!isLiteral(hostname)) return specialName(host);
  const use = specialUse(host);
  return use === null ? null : `is not a public address (${use})`;
}

/** A URL's host name as resolvers and TLS want it: without the brackets of IPv6 and the dot of the root. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");

/** Whether a URL's host name is an address. The URL parser has put every spelling of IPv4 into four decimals. */
export const isLiteral = (hostname: string): boolean =>
  hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
