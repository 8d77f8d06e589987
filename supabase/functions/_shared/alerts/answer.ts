import type { CanonicalAlert } from "../validators/canonical-alert.ts";
import type { BookingAnswer } from "./booking-rpc.ts";
import type { Outcome } from "./group-commit.ts";

/** An answer to one alert as HTTP gives it: the status it deserves by itself, and its JSON without the request's id. */
export interface AlertAnswer {
  status: 200 | 400 | 422 | 503;
  body: Record<string, unknown>;
}

/** Turns what became of an alert into its answer. */
export function toAnswer(outcome: Outcome): AlertAnswer {
  switch (outcome.kind) {
    case "unavailable":
      return {
        status: 503,
        body: {
          error: { code: "unavailable", message: "not known to be booked: send the same alert again" },
        },
      };
    case "rejected":
      return {
        status: 422,
        body: { error: { code: "unprocessable", message: "the database cannot hold a value of this alert" } },
      };
    case "answered": {
      const { answer } = outcome;
      if (answer.status !== "rejected") return { status: 200, body: answer };
      const { code = "rejected", message = code, path } = answer;
      const details = path === undefined ? undefined : [{ path, message }];
      // In `error` alone: what is undefined is not in the JSON.
      return {
        status: path === undefined ? 422 : 400,
        body: {
          error: { code, message, details },
          ...answer,
          code: undefined,
          message: undefined,
          path: undefined,
        },
      };
    }
  }
}

/**
 * The status of a request of several alerts. One that is not known to be booked makes it a 503: the sender sends all
 * again, and those that were booked are answered as duplicates. Otherwise it is a refusal only when every alert was refused.
 */
export function statusOf(answers: readonly AlertAnswer[]): AlertAnswer["status"] {
  const statuses = new Set(answers.map(({ status }) => status));
  if (statuses.has(503)) return 503;
  if (statuses.has(200) || statuses.size === 0) return 200;
  return statuses.has(422) ? 422 : 400;
}

/** How one alert was read, and what it would have done. */
export function toPreview(
  alert: CanonicalAlert,
  { dialect, ignored }: { dialect: string; ignored: readonly string[] },
  answer: BookingAnswer,
): Record<string, unknown> {
  const { status, code, message, orders, fills, position, duplicate, repaired } = answer;
  const withoutIds = (rows: unknown) =>
    Array.isArray(rows) ? rows.map(({ id: _, order_id: __, ...row }: Record<string, unknown>) => row) : [];
  return {
    dry_run: true,
    dialect,
    alert,
    ...ignored.length === 0 ? {} : { ignored },
    would: {
      status,
      ...code === undefined ? {} : { code, message },
      duplicate,
      orders: withoutIds(orders),
      fills: withoutIds(fills),
      position,
      ...repaired === undefined ? {} : { repaired },
    },
  };
}
