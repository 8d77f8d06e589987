import assert from "node:assert/strict";
import { createMetrics, type Report } from "../../../supabase/functions/_shared/observability/metrics.ts";

type Outcome = "stored" | "refused" | "unavailable";

/** Metrics over a database that is played; `pass` lets the interval pass. */
function stage(outcomes: (Outcome | Error)[] = []) {
  const sent: Report[] = [];
  const timers: (() => void)[] = [];
  const works: Promise<unknown>[] = [];
  const metrics = createMetrics({
    function: "alerts",
    send(report) {
      sent.push(structuredClone(report));
      const outcome = outcomes.shift() ?? "stored";
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    background: (work) => void works.push(work),
    later: (_, run) => timers.push(run),
    intervalMs: 10_000,
  });
  const pass = async () => {
    for (const run of timers.splice(0)) run();
    await Promise.all(works.splice(0));
  };
  return { metrics, sent, timers, pass };
}

const valuesOf = ({ metrics }: Report) =>
  Object.fromEntries(metrics.map(({ name, labels: { function: _, ...labels }, value }) => [
    [name, ...Object.values(labels)].join(" "),
    value,
  ]));

Deno.test("what was counted is reported once, as differences", async () => {
  const { metrics, sent, pass } = stage();
  metrics.count("http_requests_total", { status: "200" });
  metrics.count("http_requests_total", { status: "200" }, 2);
  metrics.count("http_requests_total", { status: "503" });
  await pass();
  metrics.count("http_requests_total", { status: "200" });
  await pass();
  assert.deepEqual(sent.map(valuesOf), [
    { "http_requests_total 200": 3, "http_requests_total 503": 1 },
    { "http_requests_total 200": 1 },
  ]);
  assert.deepEqual(sent.map(({ report }) => report), [1, 2]);
  assert.equal(sent[0]?.isolate, sent[1]?.isolate);
  assert.equal(sent[0]?.metrics[0]?.labels.function, "alerts");
});

Deno.test("however much is counted, one report waits; an isolate with nothing to tell has no timer and writes nothing", async () => {
  const { metrics, sent, timers, pass } = stage();
  for (let count = 0; count < 1_000; count++) metrics.count("http_requests_total");
  assert.equal(timers.length, 1);
  await pass();
  assert.equal(timers.length, 0);
  await metrics.flush();
  assert.equal(sent.length, 1);
});

Deno.test("a report whose answer was lost is sent again as it was, before what came after it", async () => {
  const { metrics, sent, pass } = stage(["unavailable", new Error("no answer"), "stored", "stored"]);
  metrics.count("http_requests_total");
  await pass();
  metrics.count("http_requests_total", {}, 5);
  await pass();
  assert.deepEqual(sent[1], sent[0]);
  await metrics.flush();
  assert.deepEqual(sent.slice(2).map(({ report }) => report), [1, 2]);
  assert.deepEqual(sent.slice(2).map(valuesOf), [{ http_requests_total: 1 }, { http_requests_total: 5 }]);
});

Deno.test("a report that the database refuses is not sent for ever", async () => {
  const { metrics, sent, pass } = stage(["refused"]);
  metrics.count("http_requests_total");
  await pass();
  metrics.count("http_requests_total");
  await pass();
  assert.deepEqual(sent.map(({ report }) => report), [1, 2]);
});

Deno.test("a value falls into the first bucket that holds it, and the last has no end", async () => {
  const { metrics, sent, pass } = stage();
  for (const value of [1, 2, 3, 4, 300]) metrics.observe("alert_batch_size", value);
  await pass();
  assert.deepEqual(sent.map(valuesOf), [{
    "alert_batch_size_bucket 1": 1,
    "alert_batch_size_bucket 2": 1,
    "alert_batch_size_bucket 4": 2,
    "alert_batch_size_bucket +Inf": 1,
    "alert_batch_size_sum": 310,
  }]);
});

Deno.test("what counts by itself is asked at each report: totals as differences, zeros at first, gauges as they are", async () => {
  const { metrics, sent, pass } = stage();
  let hits = 0;
  metrics.collect(({ total, gauge }) => {
    total("cache_hits_total", hits, { layer: "l1" });
    gauge("cache_entries", hits * 10);
  });
  metrics.count("http_requests_total");
  await pass();
  hits = 4;
  metrics.count("http_requests_total");
  await pass();
  assert.deepEqual(sent.map((report) => valuesOf(report)["cache_hits_total l1"]), [0, 4]);
  assert.deepEqual(sent.map(({ gauges }) => gauges[0]?.value), [0, 40]);
});

Deno.test("a mistake with labels costs no memory without end", async () => {
  const { metrics, sent, pass } = stage();
  for (let count = 0; count < 5_000; count++) metrics.count("alerts_total", { outcome: String(count) });
  await pass();
  assert.ok((sent[0]?.metrics.length ?? 0) <= 1_000);
});

Deno.test("what is no count changes nothing, and zeros alone are not reported", async () => {
  const { metrics, sent, pass } = stage();
  metrics.collect(({ total }) => total("cache_hits_total", 0));
  for (const by of [NaN, Infinity, -1]) metrics.count("http_requests_total", {}, by);
  await pass();
  await metrics.flush();
  assert.deepEqual(sent, []);
});
