import type { Metrics } from "./metrics.ts";

export type OnAnswer = (answer: { status: number; milliseconds: number }) => void;

export function countRequests(metrics: Metrics): OnAnswer {
  const seriesOf = (status: number) => {
    const labels = { status: String(status) };
    return {
      count: metrics.counter("http_requests_total", labels),
      observe: metrics.histogram("http_request_duration_seconds", labels),
    };
  };
  const known = new Map<number, ReturnType<typeof seriesOf>>();
  return ({ status, milliseconds }) => {
    const series = known.get(status) ?? seriesOf(status);
    known.set(status, series);
    series.count();
    series.observe(milliseconds / 1_000);
  };
}
