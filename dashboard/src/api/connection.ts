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

const STORED = "supabase-automation.connection";

/** A connection, and whether this browser's reader entered it, and so may take it back. */
export interface Found {
  connection: Connection;
  isEntered: boolean;
}

/** The connection of `config.json` beside the page; else the one entered in this browser; else null. */
export async function findConnection(): Promise<Found | null> {
  const given = await fromConfigFile();
  if (given !== null) return { connection: given, isEntered: false };
  const entered = fromBrowser();
  return entered === null ? null : { connection: entered, isEntered: true };
}

async function fromConfigFile(): Promise<Connection | null> {
  try {
    // The page's head has asked for it already, in these words: it comes with the script, not after it.
    const response = await fetch("config.json");
    return response.ok ? toConnection(await response.json()) : null;
  } catch {
    // No such file, or a host that answers every path with a page.
    return null;
  }
}

function fromBrowser(): Connection | null {
  try {
    return toConnection(JSON.parse(localStorage.getItem(STORED) ?? "null"));
  } catch {
    return null;
  }
}

/** Keeps a connection in this browser for the next visit. */
export function keepConnection({ url, publishable_key }: Connection): void {
  localStorage.setItem(STORED, JSON.stringify({ url, publishable_key }));
}

/** Forgets the kept connection. */
export function forgetConnection(): void {
  localStorage.removeItem(STORED);
}

function toConnection(value: unknown): Connection | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Record<string, unknown>;
  const text = (name: string) => {
    const field = fields[name];
    return typeof field === "string" && field !== "" ? field : undefined;
  };
  const checked = checkConnection(text("url") ?? "", text("publishable_key") ?? "");
  if ("problem" in checked) return null;
  const [user_jwt, alert_key] = [text("user_jwt"), text("alert_key")];
  return { ...checked, ...(user_jwt && { user_jwt }), ...(alert_key && { alert_key }) };
}

/** A connection of what a person typed, or what is wrong with it. */
export function checkConnection(url: string, key: string): Connection | { problem: string } {
  const address = url.trim().replace(/\/+$/, "");
  if (!/^https:\/\/[^/\s]+$|^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(address)) {
    return { problem: "The project URL looks like https://<project>.supabase.co (https, no path)." };
  }
  const publishable_key = key.trim();
  if (publishable_key === "") return { problem: "The publishable key is missing." };
  if (publishable_key.startsWith("sb_secret_") || roleOf(publishable_key) === "service_role") {
    return { problem: "This is a secret key: it never belongs in a browser. Take the publishable one." };
  }
  return { url: address, publishable_key };
}

/** The role in a key of the older kind, a JSON web token; null when it is none. */
function roleOf(key: string): unknown {
  try {
    const payload = key.split(".")[1] ?? "";
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).role;
  } catch {
    return null;
  }
}
