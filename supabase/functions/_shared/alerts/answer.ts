import type { CanonicalAlert } from "../validators/canonical-alert.ts";
import type { BookingAnswer } from "./booking-rpc.ts";
import type { Outcome } from "./group-commit.ts";

/** An answer to one alert as HTTP gives it: the status it deserves by itself, and its JSON without the request's id. */
export interface AlertAnswer {
  status: 200 | 422 | 503;
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
      const { code = "rejected", message = code } = answer;
      // In `error` alone: what is undefined is not in the JSON.
      return {
        status: 422,
        body: { error: { code, message }, ...answer, code: undefined, message: undefined },
      };
    }
  }
}

/**
 * The status of a request of several alerts. One that is not known to be booked makes it a 503: the sender sends all
 * again, and those that were booked are answered as duplicates. Otherwise it is a 422 only when every alert was refused.
 */
export function statusOf(answers: readonly AlertAnswer[]): 200 | 422 | 503 {
  if (answers.some(({ status }) => status === 503)) return 503;
  return answers.length > 0 && answers.every(({ status }) => status === 422) ? 422 : 200;
}

/** How one alert was read, and what it would have done. */
export function toPreview(
  alert: CanonicalAlert,
  dialect: string,
  answer: BookingAnswer,
): Record<string, unknown> {
  const { status, code, message, orders, fills, position, duplicate, repaired } = answer;
  const withoutIds = (rows: unknown) =>
    Array.isArray(rows) ? rows.map(({ id: _, order_id: __, ...row }: Record<string, unknown>) => row) : [];
  return {
    dry_run: true,
    dialect,
    alert,
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
