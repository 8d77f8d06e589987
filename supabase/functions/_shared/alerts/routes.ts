import type { Sender } from "../auth/api-keys.ts";
import type { AppHandler } from "../http/app.ts";
import { AGAIN, HttpError } from "../http/errors.ts";
import { answerAll } from "./answer.ts";
import { authenticate, type Authenticated, type Authenticators } from "./authenticate.ts";
import type { AlertToBook, SendBatch } from "./booking-rpc.ts";
import { createDryRun } from "./dry-run.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Outcome } from "./entry.ts";
import { createInFlight } from "./in-flight.ts";
import { readRequest } from "./read-alerts.ts";
import type { ReadAlert } from "./read-message.ts";
import type { SettingsOf } from "./reading-settings.ts";

export interface AlertServices extends Authenticators {
  book: GroupCommit;
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

const tooManyInFlight = () => {
  const message = "this API key has too many alerts under way: send it again";
  return new HttpError(503, "too_many_in_flight", message, undefined, AGAIN);
};

const overloaded = () => {
  const message = "more alerts wait than can be booked in time: send it again";
  return new HttpError(503, "overloaded", message, undefined, AGAIN);
};

/** `POST /alerts`: authenticate, read, book, answer. */
export function receiveAlerts(services: AlertServices): AppHandler {
  const { now = Date.now, mostInFlight = MOST_IN_FLIGHT, onChanged, onOutcomes } = services;
  const inFlight = createInFlight(mostInFlight);
  const dryRun = createDryRun(services.preview);
  return async (context) => {
    const arrivedAt = now();
    const deadline = arrivedAt + services.deadlineMs;
    /** What could not be booked is not read: to read a hundred alerts takes longer than all else. */
    const refuse = ({ id, account }: Sender, alerts = 1) => {
      if (inFlight.isFull(id)) throw tooManyInFlight();
      if (services.book.isOverloaded(Array(alerts).fill(account), deadline)) throw overloaded();
    };
    const request = await authenticate(context, services, refuse);
    refuse(request.sender, request.body.messages.length);
    const leave = inFlight.enter(request.sender.id, request.body.messages.length);
    if (leave === null) throw tooManyInFlight();
    try {
      const { isArray } = request.body;
      const { alerts, query } = await readRequest(context, request, services.settingsOf, now());
      const requestId = context.get("requestId");
      const toBook = alerts.map((read, index) => toAlert(read, request, { requestId, arrivedAt, index }));
      Object.assign(context.get("logFields"), { alerts: alerts.length, dry_run: query.dry_run || undefined });

      if (query.dry_run) {
        const previews = await dryRun({ keyId: request.sender.id, alerts, toBook }, deadline - now());
        return context.json(isArray ? previews : { ...previews[0], request_id: requestId });
      }
      const outcomes = await services.book(toBook, deadline);
      // All of them: one that is not known to be booked may be, and a duplicate's first answer may have been lost.
      onChanged?.([...new Set(toBook.map(({ account }) => account))]);
      onOutcomes?.(outcomes);
      return answerAll(context, outcomes, isArray);
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
