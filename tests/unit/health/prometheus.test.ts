import assert from "node:assert/strict";
import { parsePrometheus as parse } from "../../support/prometheus.ts";
import { toPrometheus } from "../../../supabase/functions/_shared/health/prometheus.ts";
import {
  type Definition,
  DEFINITIONS,
} from "../../../supabase/functions/_shared/observability/definitions.ts";

const sample = (name: string, value: number, labels: Record<string, string> = {}) => ({
  name,
  labels,
  value,
});

Deno.test("counters and gauges come with what they are, and labels as they were", () => {
  const text = toPrometheus([
    sample("http_requests_total", 12, { function: "alerts", status: "200" }),
    sample("open_orders", 3),
  ]);
  assert.deepEqual(parse(text), [
    {
      name: "supabase_automation_http_requests_total",
      help: DEFINITIONS.http_requests_total.help,
      type: "COUNTER",
      metrics: [{ value: "12", labels: { function: "alerts", status: "200" } }],
    },
    {
      name: "supabase_automation_open_orders",
      help: DEFINITIONS.open_orders.help,
      type: "GAUGE",
      metrics: [{ value: "3" }],
    },
  ]);
});

Deno.test("buckets become cumulative, all bounds are there, and the count is the last bucket's", () => {
  const text = toPrometheus([
    sample("alert_batch_size_bucket", 5, { le: "1" }),
    sample("alert_batch_size_bucket", 2, { le: "4" }),
    sample("alert_batch_size_bucket", 1, { le: "+Inf" }),
    sample("alert_batch_size_sum", 400),
  ]);
  const [histogram] = parse(text);
  assert.equal(histogram?.type, "HISTOGRAM");
  assert.deepEqual(histogram?.metrics, [{
    buckets: { 1: "5", 2: "5", 4: "7", 8: "7", 16: "7", 32: "7", 64: "7", 128: "7", 256: "7", "+Inf": "8" },
    count: "8",
    sum: "400",
  }]);
});

Deno.test("histograms of other labels do not mix", () => {
  const text = toPrometheus([
    sample("alert_batch_duration_seconds_bucket", 1, { result: "answered", le: "0.1" }),
    sample("alert_batch_duration_seconds_bucket", 2, { result: "failed", le: "0.1" }),
    sample("alert_batch_duration_seconds_sum", 0.5, { result: "failed" }),
  ]);
  const counts = [...text.matchAll(/seconds_count\{result="(\w+)"\} (\d+)/g)].map(([, ...rest]) => rest);
  assert.deepEqual(counts, [["answered", "1"], ["failed", "2"]]);
  assert.match(text, /seconds_sum\{result="failed"\} 0\.5\n/);
});

Deno.test("a label's quotes, backslashes and line breaks do not break the text", () => {
  const label = 'a"b\\c\nd';
  const text = toPrometheus([sample("alerts_total", 1, { outcome: label })]);
  assert.equal(text.trimEnd().split("\n").length, 3);
  assert.match(text, /outcome="a\\"b\\\\c\\nd"/);
  assert.deepEqual(parse(text)[0]?.metrics, [{ value: "1", labels: { outcome: label } }]);
});

Deno.test("what is not defined is not told, and nothing is a text too", () => {
  assert.equal(toPrometheus([sample("something_else", 1)]), "\n");
});

Deno.test("every name and help is one that Prometheus takes, and a counter ends in _total", () => {
  for (const [name, { type, help, buckets = [] }] of Object.entries<Definition>(DEFINITIONS)) {
    assert.match(name, /^[a-z][a-z0-9_]*$/);
    assert.doesNotMatch(help, /[\n\\]/);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.equal(buckets.length > 0, type === "histogram", name);
    assert.deepEqual(buckets.toSorted((a, b) => a - b), [...buckets]);
  }
});
