import * as z from "zod";
import { unavailable } from "../http/errors.ts";
import type { Sample, SendReport } from "../observability/metrics.ts";
import { createAsk } from "./ask.ts";
import type { DatabaseClient } from "./client.ts";
import { classify } from "./rpc-failure.ts";
import type { Json } from "./types.ts";

/** Milliseconds for a report, which nobody waits for, and for a scrape. */
const REPORT_DEADLINE = 3_000;
const READ_DEADLINE = 5_000;

/** Adds reports to the sums in the database. Never throws. */
export function createSendReport(database: DatabaseClient): SendReport {
  return async ({ isolate, function: name, report, metrics, gauges }) => {
    const { error } = await database.rpc("record_metrics", {
      isolate,
      function_name: name,
      report,
      // Plain JSON: names, labels and numbers.
      metrics: metrics as unknown as Json,
      gauges: gauges as unknown as Json,
    }).abortSignal(AbortSignal.timeout(REPORT_DEADLINE));
    if (error === null) return "stored";
    return classify(error) === "rejected" ? "refused" : "unavailable";
  };
}

const sampleSchema = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  value: z.number(),
});
const metricsSchema = z.object({ metrics: z.array(sampleSchema), gauges: z.array(sampleSchema) });

export type FetchMetrics = ReturnType<typeof createFetchMetrics>;

/** Reads the sums of all isolates, and what is going on now. Throws HttpError 503 when the database does not answer. */
export function createFetchMetrics(database: DatabaseClient) {
  const ask = createAsk(database, READ_DEADLINE);
  return async (): Promise<Sample[]> => {
    const { metrics, gauges } = await ask(metricsSchema, "read_metrics", {}).catch(() => {
      throw unavailable("the database does not answer: try again");
    });
    return [...metrics, ...gauges];
  };
}
