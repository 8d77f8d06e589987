import { Webhook } from "standardwebhooks";
import { parseGrant, type Sender } from "./api-keys.ts";

/** Seconds that a signature's time may differ from ours. */
export const TOLERANCE = 300;

/** Bytes that a signing secret must have at least, as Standard Webhooks asks. */
const SHORTEST_SECRET = 24;

/** Printable, and no dot: dots separate what is signed. Short enough to become a part of an alert's id. */
const MESSAGE_ID = /^[!-\-/-~]{1,100}$/;

/** Who signed a request and the id that it gave its message, or why nobody we know did. */
export type SignatureCheck =
  | { ok: true; sender: Sender; messageId: string }
  | { ok: false; code: "invalid_signature" | "expired_signature" };

/**
 * Reads `WEBHOOK_SECRETS`: entries `id:whsec_…[:scopes[:account[:expiry]]]`, separated by commas, the scopes `trade` when
 * left out. While a secret rotates, two entries have the same id.
 *
 * @throws Error naming the entry by its place, never by its content
 */
function parseWebhookSecrets(text: string) {
  const entries = text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  return entries.map((entry, index) => {
    const wrong = (what: string) => new Error(`WEBHOOK_SECRETS: entry ${index + 1} ${what}`);
    const [id = "", secret = "", ...rest] = entry.split(":");
    const grant = parseGrant(id, rest, { defaultScopes: "trade", wrong });
    const [, base64 = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
    try {
      if (atob(base64).length >= SHORTEST_SECRET) return { id, webhook: new Webhook(secret), ...grant };
    } catch {
      // Told below, without a word of it.
    }
    throw wrong(`has no secret whsec_… of ${SHORTEST_SECRET} bytes or more in base64`);
  });
}

export type SignatureService = ReturnType<typeof createSignatureService>;

/** The service for one `WEBHOOK_SECRETS`; throws an Error that says which entry cannot be read. */
export function createSignatureService(
  { webhookSecrets, now = Date.now }: { webhookSecrets: string; now?: () => number },
) {
  const entries = parseWebhookSecrets(webhookSecrets);
  // The bytes as they came: a byte order mark is signed too.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    /** Who signed these bytes; null when they are not signed, or nobody may sign. */
    validateSignature(headers: Headers, body: Uint8Array): SignatureCheck | null {
      const signature = headers.get("webhook-signature");
      if (signature === null || entries.length === 0) return null;
      const messageId = headers.get("webhook-id") ?? "";
      const timestamp = headers.get("webhook-timestamp") ?? "";
      if (!MESSAGE_ID.test(messageId) || !/^\d{1,12}$/.test(timestamp)) {
        return { ok: false, code: "invalid_signature" };
      }
      if (Math.abs(Math.floor(now() / 1000) - Number(timestamp)) > TOLERANCE) {
        return { ok: false, code: "expired_signature" };
      }
      const signed = {
        "webhook-id": messageId,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
      };
      const payload = decoder.decode(body);
      // All of them, always: whose secret it was must not show in the time.
      const signers = entries.filter(({ webhook }) => verifies(webhook, payload, signed));
      const signer = signers.find(({ expiresAt }) => expiresAt === null || expiresAt > now());
      if (signer === undefined) return { ok: false, code: "invalid_signature" };
      const { id, scopes, account } = signer;
      return { ok: true, sender: { id, scopes, account }, messageId };
    },
  };
}

function verifies(webhook: Webhook, payload: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(payload, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
