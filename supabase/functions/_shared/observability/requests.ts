import type { Metrics } from "./metrics.ts";

/** Told of each answer that went out. */
export type OnAnswer = (answer: { status: number; milliseconds: number }) => void;

/** Counts requests and their times. */
export function countRequests(metrics: Metrics): OnAnswer {
  return ({ status, milliseconds }) => {
    const labels = { status: String(status) };
    metrics.count("http_requests_total", labels);
    metrics.observe("http_request_duration_seconds", milliseconds / 1_000, labels);
  };
}
