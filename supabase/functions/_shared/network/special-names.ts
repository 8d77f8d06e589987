/**
 * Names that never mean a host of the public internet: reserved by RFC 6761, 6762, 7686, 8375, 9476 and ICANN, or in use
 * inside networks and never delegated. Names below them are refused as well. What a public name resolves to is checked
 * when it is dialled.
 */
const SPECIAL_SUFFIXES = new Set(
  `alt arpa cluster consul corp docker example home internal intranet invalid kubernetes lan local
   localdomain localhost mail onion private svc test`.split(/\s+/),
);

/** Names under public domains by which clouds offer credentials to their own machines. */
const METADATA_NAMES = new Set([
  "metadata.goog",
  "metadata.packet.net",
  "metadata.platformequinix.com",
  "metadata.tencentyun.com",
]);

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Why a host name cannot be a public one; null when it can. `name` as the URL parser gives it, without a last dot. */
export function specialName(name: string): string | null {
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  if (name.length > 253 || !labels.every((label) => LABEL.test(label))) return "is not a host name";
  if (SPECIAL_SUFFIXES.has(last)) return `ends in .${last}, which is not public`;
  if (labels.length < 2) return "is a name without a domain";
  if (/^\d+$/.test(last)) return "is not a host name";
  return METADATA_NAMES.has(name) ? "serves credentials" : null;
}
