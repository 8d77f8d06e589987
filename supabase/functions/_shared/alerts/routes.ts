import type { Context, Handler } from "hono";
import { authorize, presentedKey, requireScope, type Sender, unauthorized } from "../auth/authorize.ts";
import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { type SignatureCheck, type SignatureService, TOLERANCE } from "../auth/signatures.ts";
import type { Variables } from "../http/app.ts";
import { readBytes } from "../http/body.ts";
import { HttpError, type Problem, unavailable } from "../http/errors.ts";
import type { LogFields } from "../observability/log.ts";
import { type AlertQuery, alertQuerySchema } from "../validators/alert-query.ts";
import { problemsOf } from "../validators/problem.ts";
import { statusOf, toAnswer, toPreview } from "./answer.ts";
import type { AlertToBook, SendBatch } from "./booking-rpc.ts";
import type { Book, Outcome } from "./group-commit.ts";
import { type ReadAlert, readAlerts } from "./read-alerts.ts";
import { strikeOut } from "./secret.ts";
import { refuseUnsigned, withMessageId } from "./signed.ts";

/** What receiving alerts needs. */
export interface AlertServices {
  apiKeys: ApiKeyAuthService;
  /** For senders that sign instead of sending a key. */
  signatures?: SignatureService;
  book: Book;
  preview: SendBatch;
  /** Largest body, in bytes. */
  bodyLimit: number;
  /** Milliseconds from arrival to answer. */
  deadlineMs: number;
  /** Told of the accounts that alerts may have changed, before they are answered; must not make the answer wait. */
  onChanged?: (accounts: readonly string[]) => void;
  /** Told what became of the alerts of a request, to count it. */
  onOutcomes?: (outcomes: readonly Outcome[]) => void;
  now?: () => number;
}

type AlertContext = Context<{ Variables: Variables }>;

/** `POST /alerts`: authenticate, read, book, answer (DESIGN 3 and 8). */
export function receiveAlerts(services: AlertServices): Handler<{ Variables: Variables }> {
  const { now = Date.now } = services;
  return async (context) => {
    const deadline = now() + services.deadlineMs;
    const { sender, alerts, isArray, query } = await readRequest(context, services, now());
    const requestId = context.get("requestId");
    const toBook = alerts.map(({ alert, hash }): AlertToBook => ({
      ...alert,
      hash,
      request_id: requestId,
      key_id: sender.id,
    }));
    const logFields = context.get("logFields");
    Object.assign(logFields, { alerts: alerts.length, dry_run: query.dry_run || undefined });

    if (query.dry_run) {
      const previews = await preview(services.preview, alerts, toBook, deadline - now());
      return context.json(isArray ? previews : { ...previews[0], request_id: requestId });
    }
    const outcomes = await services.book(toBook, deadline);
    // All of them: one that is not known to be booked may be, and a duplicate's first answer may have been lost.
    services.onChanged?.([...new Set(toBook.map(({ account }) => account))]);
    services.onOutcomes?.(outcomes);
    Object.assign(logFields, inLog(outcomes));
    const answers = outcomes.map(toAnswer);
    const status = statusOf(answers);
    if (status === 503) context.header("retry-after", "1");
    const bodies = answers.map(({ body }) => ({ ...body, request_id: requestId }));
    return context.json(isArray ? bodies : bodies[0], status);
  };
}

/** What became of the alerts, for the log: how many came to what, and the codes of those that the database failed. */
function inLog(outcomes: readonly Outcome[]): LogFields {
  const counts: Record<string, number> = {};
  const failures = new Set<string>();
  for (const outcome of outcomes) {
    const { status, code } = outcome.kind === "answered"
      ? outcome.answer
      : { status: outcome.kind, code: undefined };
    if (outcome.kind !== "answered") failures.add(outcome.code);
    const word = code === undefined ? status : `${status}:${code}`;
    counts[word] = (counts[word] ?? 0) + 1;
  }
  const words = Object.entries(counts).map(([word, count]) => count === 1 ? word : `${word} x${count}`);
  return { outcome: words.join(", "), failure: failures.size === 0 ? undefined : [...failures].join(" ") };
}

/** Who sent what. The key may stand in the body, so the body is read before an unauthenticated sender is told anything. */
async function readRequest(
  context: AlertContext,
  { apiKeys, signatures, bodyLimit }: AlertServices,
  now: number,
): Promise<{ sender: Sender; alerts: ReadAlert[]; isArray: boolean; query: AlertQuery }> {
  const outside = presentedKey(context);
  const early = outside === null ? null : authorize(apiKeys, outside, "trade");
  refuseForeignCharset(context);
  const bytes = await readBytes(context.req.raw, bodyLimit);
  const signature = early === null
    ? signatures?.validateSignature(context.req.raw.headers, bytes) ?? null
    : null;

  const query = alertQuerySchema.safeParse(context.req.query());
  const { account = null, strategy = null } = query.data ?? {};
  let read = readAlerts(bytes, { account, strategy, now });
  const sender = early ?? senderOf(signature, apiKeys, read.secret);
  context.get("logFields").key_id = sender.id;
  if (account === null && sender.account !== null) {
    // Who names no account means the key's own; who names another is told so below.
    const own = readAlerts(bytes, { account: sender.account, strategy, now });
    if (own.ok) read = own;
  }
  if (!query.success) {
    throw invalid(problemsOf(query.error).map((problem) => ({ ...problem, path: `query.${problem.path}` })));
  }
  if (!read.ok) throw invalid(read.problems);

  for (const { alert } of read.alerts) {
    if (sender.account !== null && alert.account !== sender.account) {
      throw new HttpError(403, "wrong_account", "this API key may only touch its own account", [
        { path: "account", message: "is not the account of this API key" },
      ]);
    }
    if (alert.action === "halt" || alert.action === "resume") requireScope(sender, "admin");
  }
  const { isArray } = read;
  let { alerts } = read;
  if (outside !== null) alerts = alerts.map((each) => withoutKey(each, outside));
  if (signature?.ok) {
    refuseUnsigned(query.data);
    alerts = withMessageId(alerts, { keyId: sender.id, messageId: signature.messageId, isArray });
  }
  return { sender, alerts, isArray, query: query.data };
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

/** The alert without the key that came beside it, should a comment or an id repeat it: it would be stored. */
function withoutKey(read: ReadAlert, key: string): ReadAlert {
  if (!says(read.alert, key)) return read;
  const strike = (_: string, value: unknown) => typeof value === "string" ? strikeOut(value, key) : value;
  return { ...read, alert: JSON.parse(JSON.stringify(read.alert), strike) };
}

/** Whether the text stands anywhere in a value. */
function says(value: unknown, text: string): boolean {
  if (typeof value === "string") return value.includes(text);
  return typeof value === "object" && value !== null && Object.values(value).some((each) => says(each, text));
}

/** How the alerts were read and what they would do, in order: each after those before it in the request. */
async function preview(send: SendBatch, alerts: ReadAlert[], toBook: AlertToBook[], milliseconds: number) {
  const result = await send(toBook, AbortSignal.timeout(Math.max(milliseconds, 1)));
  if (!result.ok) {
    throw result.failure === "rejected"
      ? new HttpError(422, "unprocessable", "the database cannot hold a value of this alert")
      : unavailable();
  }
  return alerts.map(({ alert, dialect }, index) => {
    const answer = result.answers[index];
    if (answer === undefined || answer.status === "busy") {
      throw unavailable("another alert holds the lock: try again");
    }
    return toPreview(alert, dialect, answer);
  });
}

function invalid(problems: Problem[]): HttpError {
  const unreadable = problems.some(({ code }) => code === "invalid_encoding");
  return unreadable
    ? new HttpError(415, "invalid_encoding", "the body is not UTF-8 text", problems)
    : new HttpError(400, "invalid_alert", "the alert cannot be read", problems);
}

/** Alerts are UTF-8; a sender that says otherwise means other bytes than we would read. */
function refuseForeignCharset(context: AlertContext): void {
  const [, charset = "utf-8"] = /charset\s*=\s*"?([\w-]+)/i.exec(context.req.header("content-type") ?? "") ??
    [];
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new HttpError(415, "unsupported_charset", "send the body as UTF-8", [
      { path: "", message: "has a charset other than utf-8" },
    ]);
  }
}
