import type { Handler } from "hono";
import { requireScope } from "../auth/authorize.ts";
import { strikeValue } from "../auth/strike.ts";
import type { Variables } from "../http/app.ts";
import { HttpError } from "../http/errors.ts";
import type { LogFields } from "../observability/log.ts";
import { type AlertQuery, alertQuerySchema } from "../validators/alert-query.ts";
import { problemsOf } from "../validators/problem.ts";
import { statusOf, toAnswer } from "./answer.ts";
import type { AlertToBook, SendBatch } from "./booking-rpc.ts";
import { createDryRun } from "./dry-run.ts";
import type { Book, Outcome } from "./group-commit.ts";
import {
  type AlertContext,
  authenticate,
  type Authenticated,
  type Authenticators,
  invalid,
  tooManyInFlight,
} from "./authenticate.ts";
import { createInFlight } from "./in-flight.ts";
import { readAlerts } from "./read-alerts.ts";
import type { ReadAlert } from "./read-message.ts";
import type { SettingsOf } from "./reading-settings.ts";
import { refuseUnsigned } from "./signed.ts";

/** What receiving alerts needs. */
export interface AlertServices extends Authenticators {
  book: Book;
  preview: SendBatch;
  /** Milliseconds from arrival to answer. */
  deadlineMs: number;
  /** Alerts of one key that may be under way in this isolate. */
  mostInFlight?: number;
  /** How accounts and a key want messages to be read that cannot be read without asking. */
  settingsOf?: SettingsOf;
  /** Told of the accounts that alerts may have changed, before they are answered; must not make the answer wait. */
  onChanged?: (accounts: readonly string[]) => void;
  /** Told what became of the alerts of a request, to count it. */
  onOutcomes?: (outcomes: readonly Outcome[]) => void;
  now?: () => number;
}

/** Over a second's worth of alerts at the rate that was measured: more would not be booked by their deadline. */
const MOST_IN_FLIGHT = 1_000;

/** The query of most requests, which have none. Read once; see readConfig. */
const NOTHING_ASKED = alertQuerySchema.safeParse({}, { jitless: true });

/** `POST /alerts`: authenticate, read, book, answer. */
export function receiveAlerts(services: AlertServices): Handler<{ Variables: Variables }> {
  const { now = Date.now, mostInFlight = MOST_IN_FLIGHT } = services;
  const inFlight = createInFlight(mostInFlight);
  const dryRun = createDryRun(services.preview);
  return async (context) => {
    const arrivedAt = now();
    const deadline = arrivedAt + services.deadlineMs;
    const request = await authenticate(context, services, inFlight);
    const leave = inFlight.enter(request.sender.id, request.body.messages.length);
    if (leave === null) throw tooManyInFlight();
    try {
      const { isArray } = request.body;
      const { alerts, query } = await readRequest(context, request, services, now());
      const requestId = context.get("requestId");
      const toBook = alerts.map((read, index) => toAlert(read, request, { requestId, arrivedAt, index }));
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

/** An alert as it is booked, with the names that its request gives it. */
function toAlert(
  { alert, hash, ignored }: ReadAlert,
  { sender, body, messageId, idempotencyKey }: Authenticated,
  { requestId, arrivedAt, index }: { requestId: string; arrivedAt: number; index: number },
): AlertToBook {
  const place = body.isArray ? index : null;
  return {
    ...alert,
    idempotency_key: alert.idempotency_key ?? named(idempotencyKey, place),
    hash,
    request_id: requestId,
    arrived_at: arrivedAt,
    key_id: sender.id,
    ...ignored.length === 0 ? {} : { ignored },
    ...messageId === null ? {} : { message_id: named(`${sender.id}:${messageId}`, place) ?? undefined },
  };
}

/** The name of a request, or of the alert at a place in it. */
const named = (name: string | null, place: number | null): string | null =>
  name === null || place === null ? name : `${name}:${place}`;

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

/** What the request says: its query and its alerts, each of which this sender may send. */
async function readRequest(
  context: AlertContext,
  { sender, body, strike, messageId, idempotencyKey }: Authenticated,
  { settingsOf }: AlertServices,
  now: number,
): Promise<{ alerts: ReadAlert[]; query: AlertQuery }> {
  const asked = context.req.query();
  const query = Object.keys(asked).length === 0
    ? NOTHING_ASKED
    : alertQuerySchema.safeParse(strikeValue(asked, strike));
  if (!query.success) {
    throw invalid(problemsOf(query.error).map((problem) => ({ ...problem, path: `query.${problem.path}` })));
  }
  if (messageId !== null) refuseUnsigned(query.data, idempotencyKey);
  const { account, strategy } = query.data;
  const options = { account, ownAccount: sender.account, strategy, strike, now };
  let read = readAlerts(body, options);
  // A key of one account makes no question about another.
  const accounts = read.ok ? [] : read.accounts.filter((name) => (sender.account ?? name) === name);
  if (accounts.length > 0 && settingsOf !== undefined) {
    // Only then: what reads as it is costs no question.
    const settings = await settingsOf(sender.id, accounts);
    read = readAlerts(body, { ...options, settingsOf: (name) => settings.get(name) ?? null });
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
  return { alerts: read.alerts, query: query.data };
}
