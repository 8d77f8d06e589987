import { authorize, presentedKeys, requireScope, unauthorized } from "../auth/authorize.ts";
import type { ApiKeyAuthService, Sender } from "../auth/api-keys.ts";
import { type SignatureCheck, type SignatureService, TOLERANCE } from "../auth/signatures.ts";
import { createStrike } from "../auth/strike.ts";
import type { AppContext } from "../http/app.ts";
import { badBody, readBytes } from "../http/body.ts";
import { invalid, readBody } from "./read-body.ts";
import { takeKeys } from "./secret.ts";

export interface Authenticators {
  apiKeys: ApiKeyAuthService;
  /** For senders that sign instead of sending a key. */
  signatures?: SignatureService;
  /** Largest body, in bytes. */
  bodyLimit: number;
}

/** A request whose sender is known, its messages still unread. */
export type Authenticated = Awaited<ReturnType<typeof authenticate>>;

/**
 * Who sent what. The key may stand in the body, so as much of the body is read as it takes to find it; an unauthenticated
 * sender is told nothing of what else is in it.
 *
 * @param refuse throws when nothing more of a sender is to be read; asked before the body is
 */
export async function authenticate(
  context: AppContext,
  { apiKeys, signatures, bodyLimit }: Authenticators,
  refuse: (sender: Sender) => void,
) {
  const outside = presentedKeys(context);
  const early = outside[0] === undefined ? null : authorize(apiKeys, outside[0], "trade");
  if (early !== null) refuse(early);
  refuseForeignCharset(context);
  const bytes = await readBytes(context.req.raw, bodyLimit);
  const signature = early === null
    ? signatures?.validateSignature(context.req.raw.headers, bytes) ?? null
    : null;
  const body = takeKeys(readBody(bytes));
  const sender = early ?? senderOf(signature, apiKeys, body.key);
  context.get("logFields").key_id = sender.id;
  const strike = createStrike([...outside, ...body.secrets]);
  const idempotencyKey = idempotencyKeyOf(context);
  return {
    sender,
    body,
    /** Strikes every key that came with the request. */
    strike,
    /** Of a signed message, the id that its sender gave it; else null. */
    messageId: signature?.ok ? strike(signature.messageId) : null,
    /** What the header Idempotency-Key says; else null. */
    idempotencyKey: idempotencyKey === null ? null : strike(idempotencyKey),
  };
}

/** What `Idempotency-Key` says, in quotes as its draft has it or without. */
function idempotencyKeyOf(context: AppContext): string | null {
  const sent = (context.req.header("idempotency-key") ?? "").trim().replace(/^"(.*)"$/, "$1");
  if (sent === "") return null;
  if (/^[\x21-\x7e]{1,180}$/.test(sent)) return sent;
  throw invalid([{ path: "header.idempotency-key", message: "must be at most 180 printable characters" }]);
}

/** Who signed, or whose key was in the body: a signature that we cannot check may be meant for somebody else. */
function senderOf(signature: SignatureCheck | null, apiKeys: ApiKeyAuthService, key: string | null): Sender {
  if (signature?.ok) {
    requireScope(signature.sender, "trade");
    return signature.sender;
  }
  if (signature !== null && key === null) {
    const message = signature.code === "expired_signature"
      ? `the signature's time is more than ${TOLERANCE} seconds off`
      : "the signature is not valid";
    throw unauthorized(signature.code, message, "webhook-signature");
  }
  return authorize(apiKeys, key, "trade");
}

/** Alerts are UTF-8; a sender that says otherwise means other bytes than we would read. */
function refuseForeignCharset(context: AppContext): void {
  const [, charset = "utf-8"] = /charset\s*=\s*"?([\w-]+)/i.exec(context.req.header("content-type") ?? "") ??
    [];
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw badBody(415, "unsupported_charset", "send the body as UTF-8", "has a charset other than utf-8");
  }
}
