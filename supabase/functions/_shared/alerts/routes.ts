import type { Context, Handler } from "hono";
import { authorize, presentedKeys, requireScope, type Sender, unauthorized } from "../auth/authorize.ts";
import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { type SignatureCheck, type SignatureService, TOLERANCE } from "../auth/signatures.ts";
import { createStrike, type Strike } from "../auth/strike.ts";
import type { Variables } from "../http/app.ts";
import { readBytes } from "../http/body.ts";
import { HttpError, type Problem } from "../http/errors.ts";
import type { LogFields } from "../observability/log.ts";
import { type AlertQuery, alertQuerySchema } from "../validators/alert-query.ts";
import { problemsOf } from "../validators/problem.ts";
import { statusOf, toAnswer } from "./answer.ts";
import type { AlertToBook, SendBatch } from "./booking-rpc.ts";
import { createDryRun } from "./dry-run.ts";
import type { Book, Outcome } from "./group-commit.ts";
import { createInFlight, type InFlight } from "./in-flight.ts";
import { type ReadAlert, readAlerts } from "./read-alerts.ts";
import { readBody } from "./read-body.ts";
import { type KeylessBody, takeKeys } from "./secret.ts";
import { messageIdOf, refuseUnsigned } from "./signed.ts";

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
  /** Alerts of one key that may be under way in this isolate. */
  mostInFlight?: number;
  /** Told of the accounts that alerts may have changed, before they are answered; must not make the answer wait. */
  onChanged?: (accounts: readonly string[]) => void;
  /** Told what became of the alerts of a request, to count it. */
  onOutcomes?: (outcomes: readonly Outcome[]) => void;
  now?: () => number;
}

type AlertContext = Context<{ Variables: Variables }>;

/** Over a second's worth of alerts at the rate that was measured: more would not be booked by their deadline. */
const MOST_IN_FLIGHT = 1_000;

/** `POST /alerts`: authenticate, read, book, answer. */
export function receiveAlerts(services: AlertServices): Handler<{ Variables: Variables }> {
  const { now = Date.now, mostInFlight = MOST_IN_FLIGHT } = services;
  const inFlight = createInFlight(mostInFlight);
  const dryRun = createDryRun(services.preview);
  return async (context) => {
    const deadline = now() + services.deadlineMs;
    const request = await authenticate(context, services, inFlight);
    const leave = inFlight.enter(request.sender.id, request.body.messages.length);
    if (leave === null) throw tooManyInFlight();
    try {
      const { isArray } = request.body;
      const { alerts, query } = readRequest(context, request, now());
      const requestId = context.get("requestId");
      const toBook = alerts.map(({ alert, hash }, index): AlertToBook => ({
        ...alert,
        hash,
        request_id: requestId,
        key_id: request.sender.id,
        ...request.messageId === null ? {} : {
          message_id: messageIdOf({
            keyId: request.sender.id,
            messageId: request.messageId,
            index: isArray ? index : null,
          }),
        },
      }));
      Object.assign(context.get("logFields"), { alerts: alerts.length, dry_run: query.dry_run || undefined });

      if (query.dry_run) {
        const previews = await dryRun({ keyId: request.sender.id, alerts, toBook }, deadline - now());
        return context.json(isArray ? previews : { ...previews[0], request_id: requestId });
      }
      return answer(context, await bookAll(services, toBook, deadline), isArray);
    } finally {
      leave();
    }
  };
}

const tooManyInFlight = () =>
  new HttpError(
    503,
    "too_many_in_flight",
    "this API key has too many alerts under way: send it again",
    undefined,
    {
      "retry-after": "1",
    },
  );

async function bookAll(
  { book, onChanged, onOutcomes }: AlertServices,
  alerts: AlertToBook[],
  deadline: number,
): Promise<Outcome[]> {
  const outcomes = await book(alerts, deadline);
  // All of them: one that is not known to be booked may be, and a duplicate's first answer may have been lost.
  onChanged?.([...new Set(alerts.map(({ account }) => account))]);
  onOutcomes?.(outcomes);
  return outcomes;
}

function answer(context: AlertContext, outcomes: readonly Outcome[], isArray: boolean): Response {
  Object.assign(context.get("logFields"), inLog(outcomes));
  const answers = outcomes.map(toAnswer);
  const status = statusOf(answers);
  if (status === 503) context.header("retry-after", "1");
  const bodies = answers.map(({ body }) => ({ ...body, request_id: context.get("requestId") }));
  return context.json(isArray ? bodies : bodies[0], status);
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

/** A request whose sender is known, its messages still unread. */
interface Authenticated {
  sender: Sender;
  body: KeylessBody;
  /** Strikes every key that came with the request. */
  strike: Strike;
  /** Of a signed message, the id that its sender gave it; else null. */
  messageId: string | null;
}

/**
 * Who sent what. The key may stand in the body, so as much of the body is read as it takes to find it; an unauthenticated
 * sender is told nothing of what else is in it.
 */
async function authenticate(
  context: AlertContext,
  { apiKeys, signatures, bodyLimit }: AlertServices,
  inFlight: InFlight,
): Promise<Authenticated> {
  const outside = presentedKeys(context);
  const early = outside[0] === undefined ? null : authorize(apiKeys, outside[0], "trade");
  if (early !== null && inFlight.isFull(early.id)) throw tooManyInFlight();
  refuseForeignCharset(context);
  const bytes = await readBytes(context.req.raw, bodyLimit);
  const signature = early === null
    ? signatures?.validateSignature(context.req.raw.headers, bytes) ?? null
    : null;
  const body = takeKeys(readBody(bytes));
  const sender = early ?? senderOf(signature, apiKeys, body.key);
  context.get("logFields").key_id = sender.id;
  const strike = createStrike([...outside, ...body.secrets]);
  return { sender, body, strike, messageId: signature?.ok ? strike(signature.messageId) : null };
}

/** What the request says: its query and its alerts, each of which this sender may send. */
function readRequest(
  context: AlertContext,
  { sender, body, strike, messageId }: Authenticated,
  now: number,
): { alerts: ReadAlert[]; query: AlertQuery } {
  const query = alertQuerySchema.safeParse(context.req.query());
  if (!query.success) {
    throw invalid(problemsOf(query.error).map((problem) => ({ ...problem, path: `query.${problem.path}` })));
  }
  if (messageId !== null) refuseUnsigned(query.data);
  const { account, strategy } = query.data;
  const read = readAlerts(body, { account, ownAccount: sender.account, strategy, strike, now });
  if (!read.ok) throw invalid(read.problems);
  for (const { alert } of read.alerts) {
    if (sender.account !== null && alert.account !== sender.account) {
      throw new HttpError(403, "wrong_account", "this API key may only touch its own account", [
        { path: "account", message: "is not the account of this API key" },
      ]);
    }
    if (alert.action === "halt" || alert.action === "resume") requireScope(sender, "admin");
  }
  return { alerts: read.alerts, query: query.data };
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
