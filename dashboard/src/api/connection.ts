import { recall, remember } from "../store/preferences.ts";

/** Which project the page shows, and, on a local stack only, as whom. */
export interface Connection {
  /** https://<project>.supabase.co */
  url: string;
  /** `sb_publishable_…` or the older anon key: it is public. */
  publishable_key: string;
  /** A local stack's signed-in user. */
  user_jwt?: string;
  /** A local stack's alert key, to paste. */
  alert_key?: string;
}

/** A connection, and whether this browser's reader entered it, and so may take it back. */
export interface Found {
  connection: Connection;
  isEntered: boolean;
}

/** The connection of `config.json` beside the page; else the one entered in this browser; else null. */
export async function findConnection(): Promise<Found | null> {
  const given = await fromConfigFile();
  if (given !== null) return { connection: given, isEntered: false };
  const entered = recall("connection");
  const connection = entered === null ? null : toConnection(entered);
  return connection === null ? null : { connection, isEntered: true };
}

async function fromConfigFile(): Promise<Connection | null> {
  try {
    // The page's head has asked for it already, in these words: it comes with the script, not after it.
    const response = await fetch("config.json");
    return response.ok ? toConnection(await response.text()) : null;
  } catch {
    // No such file, or a host that answers every path with a page.
    return null;
  }
}

/** Keeps a connection in this browser for the next visit; null: forgets the kept one. */
export const keepConnection = (connection: Connection | null): void =>
  remember("connection", connection && JSON.stringify(connection));

/** The connection that a JSON text holds; null: none. */
function toConnection(text: string): Connection | null {
  const found = parsed(text);
  const field = (name: string) => typeof found[name] === "string" ? found[name] : "";
  const checked = checkConnection(field("url"), field("publishable_key"));
  if ("problem" in checked) return null;
  const [user_jwt, alert_key] = [field("user_jwt"), field("alert_key")];
  return { ...checked, ...(user_jwt && { user_jwt }), ...(alert_key && { alert_key }) };
}

/** The fields of a JSON object, which perhaps are other than texts; {}: it is none. */
function parsed(text: string): Partial<Record<string, string>> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** A connection of what a person typed, or what is wrong with it. */
export function checkConnection(url: string, key: string): Connection | { problem: string } {
  const address = url.trim().replace(/\/+$/, "");
  if (!/^https:\/\/[^/\s]+$|^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(address)) {
    return { problem: "The project URL looks like https://<project>.supabase.co (https, no path)." };
  }
  const publishable_key = key.trim();
  if (publishable_key === "") return { problem: "The publishable key is missing." };
  if (publishable_key.startsWith("sb_secret_") || claimsOf(publishable_key).role === "service_role") {
    return { problem: "This is a secret key: it never belongs in a browser. Take the publishable one." };
  }
  return { url: address, publishable_key };
}

/** What a JSON web token says; {}: it is none. */
export function claimsOf(token: string): Partial<Record<"role" | "sub", string>> {
  try {
    return parsed(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return {};
  }
}
