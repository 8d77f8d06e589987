import type { Metrics } from "../observability/metrics.ts";
import type { GroupCommitOptions } from "./group-commit.ts";
import type { Outcome } from "./entry.ts";

/** A word of ours, as a label may hold it: the engine's codes are such, and nothing else gets in. */
const WORD = /^[a-z0-9_]{1,40}$/i;

export function countOutcomes(metrics: Metrics): (outcomes: readonly Outcome[]) => void {
  return (outcomes) => {
    for (const outcome of outcomes) {
      const isAnswered = outcome.kind === "answered";
      const { status, code = "", duplicate } = isAnswered
        ? outcome.answer
        : { status: outcome.kind, code: outcome.code, duplicate: false };
      metrics.count("alerts_total", {
        outcome: status,
        code: WORD.test(code) ? code : "",
        duplicate: String(duplicate),
      });
    }
  };
}

export function countBatches(metrics: Metrics): NonNullable<GroupCommitOptions["onBatch"]> {
  return ({ alerts, milliseconds, failure }) => {
    metrics.observe("alert_batch_size", alerts);
    metrics.observe("alert_batch_duration_seconds", milliseconds / 1_000, {
      result: failure === null ? "answered" : "failed",
    });
  };
}
