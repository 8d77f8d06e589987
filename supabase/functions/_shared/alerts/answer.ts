import type { AppContext } from "../http/app.ts";
import type { LogFields } from "../observability/log.ts";
import type { Outcome } from "./entry.ts";

/** An answer to one alert as HTTP gives it: the status it deserves by itself, and its JSON without the request's id. */
export interface AlertAnswer {
  status: 200 | 400 | 422 | 503;
  body: Record<string, unknown>;
}

/** Answers a request with what became of its alerts, in order, and says so in the log. */
export function answerAll(context: AppContext, outcomes: readonly Outcome[], isArray: boolean): Response {
  Object.assign(context.get("logFields"), inLog(outcomes));
  const answers = outcomes.map(toAnswer);
  const status = statusOf(answers);
  if (status === 503) context.header("retry-after", "1");
  const bodies = answers.map(({ body }) => ({ ...body, request_id: context.get("requestId") }));
  return context.json(isArray ? bodies : bodies[0], status);
}

/** What became of the alerts, for the log: how many came to what, and the codes of those that the database failed. */
function inLog(outcomes: readonly Outcome[]): LogFields {
  const counts = Map.groupBy(outcomes, (outcome) => {
    const { status, code } = outcome.kind === "answered" ? outcome.answer : { status: outcome.kind };
    return code === undefined ? status : `${status}:${code}`;
  });
  const words = [...counts].map(([word, { length }]) => length === 1 ? word : `${word} x${length}`);
  const failures = new Set(outcomes.flatMap((outcome) => outcome.kind === "answered" ? [] : outcome.code));
  return { outcome: words.join(", "), failure: failures.size === 0 ? undefined : [...failures].join(" ") };
}

/** What is answered to data that the database refuses. */
export const UNPROCESSABLE = "the database cannot hold a value of this alert";

export function toAnswer(outcome: Outcome): AlertAnswer {
  if (outcome.kind === "unavailable") {
    return failed(503, "unavailable", "not known to be booked: send the same alert again");
  }
  if (outcome.kind === "rejected") return failed(422, "unprocessable", UNPROCESSABLE);
  const { answer } = outcome;
  if (answer.status !== "rejected") return { status: 200, body: answer };
  const { code = "rejected", message = code, path, ...said } = answer;
  const details = path === undefined ? undefined : [{ path, message }];
  return { status: path === undefined ? 422 : 400, body: { error: { code, message, details }, ...said } };
}

const failed = (status: 422 | 503, code: string, message: string): AlertAnswer => ({
  status,
  body: { error: { code, message } },
});

/**
 * The status of a request of several alerts. One that is not known to be booked makes it a 503: the sender sends all
 * again, and those that were booked are answered as duplicates. Otherwise it is a refusal only when every alert was refused.
 */
function statusOf(answers: readonly AlertAnswer[]): AlertAnswer["status"] {
  const statuses = new Set(answers.map(({ status }) => status));
  if (statuses.has(503)) return 503;
  if (statuses.has(200) || statuses.size === 0) return 200;
  return statuses.has(422) ? 422 : 400;
}
