import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { post } from "../support/alerts.ts";
import { ask, sleep } from "../support/functions.ts";
import { figuresOf, histogramsOf, typesOf } from "../support/prometheus.ts";
import { asService, asUser, connect, newAccount, stack, unique } from "../support/stack.ts";

/** Milliseconds in which every isolate has reported what it counted; see tests/on-stack.ts. */
const REPORTED = 3_000;

const PREFIX = "supabase_automation_";

type Scrape = ReturnType<typeof figuresOf>;

async function scrapeText(): Promise<string> {
  const { status, headers, text } = await ask("/health/metrics");
  assert.equal(status, 200, text);
  assert.equal(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return text;
}

const scrape = async (): Promise<Scrape> => figuresOf(await scrapeText());

/** The sum of the series of a name that have these labels. */
function value(figures: Scrape, name: string, labels: Record<string, string> = {}): number {
  const found =
    figures.get(PREFIX + name)?.filter((figure) =>
      Object.entries(labels).every(([label, text]) => figure.labels[label] === text)
    ) ?? [];
  return found.reduce((sum, { value }) => sum + value, 0);
}

Deno.test("the sums of all isolates are what was sent, to the last alert", async () => {
  // What other tests sent is reported by then.
  await sleep(REPORTED);
  const before = await scrape();
  const account = await newAccount();
  const sent = Array.from({ length: 40 }, (_, number) => ({
    account,
    id: String(number % 30),
    symbol: `S${number % 30}`,
    action: "buy",
    quantity: "1",
    price: "1",
  }));
  // Together, so that both isolates get some.
  const statuses = await Promise.all(sent.map(async (alert) => (await post(alert)).status));
  assert.deepEqual(new Set(statuses), new Set([200]));
  await Promise.all(Array.from({ length: 20 }, () => ask(`/portfolio?account=${account}`)));
  await post("nonsense");
  await sleep(REPORTED);
  const after = await scrape();
  const grown = (name: string, labels: Record<string, string> = {}) =>
    value(after, name, labels) - value(before, name, labels);

  assert.equal(grown("alerts_total", { outcome: "filled", duplicate: "false" }), 30);
  assert.equal(grown("alerts_total", { outcome: "filled", duplicate: "true" }), 10);
  assert.equal(grown("http_requests_total", { function: "alerts", status: "200" }), 40);
  assert.equal(grown("http_requests_total", { function: "alerts", status: "400" }), 1);
  assert.equal(grown("http_request_duration_seconds_count", { function: "alerts" }), 41);
  assert.equal(grown("http_requests_total", { function: "portfolio", status: "200" }), 20);
  const reads = ["cache_hits_total", "cache_misses_total", "cache_shared_total"];
  assert.equal(reads.reduce((sum, name) => sum + grown(name, { function: "portfolio" }), 0), 20);
  assert.equal(grown("alert_batch_size_sum"), 40);
  const batches = grown("alert_batch_size_count");
  assert.ok(batches >= 1 && batches <= 40, `${batches} batches`);
  assert.ok(value(after, "isolates", { function: "alerts" }) >= 1);
});

Deno.test("every histogram's buckets are cumulative, and end in its count", async () => {
  const text = await scrapeText();
  const figures = figuresOf(text);
  const names = [...typesOf(text)].filter(([, type]) => type === "HISTOGRAM").map(([name]) => name);
  assert.equal(names.length, 3);
  for (const histogram of names.flatMap((name) => histogramsOf(figures, name))) {
    const { bounds, buckets, count, sum } = histogram;
    assert.equal(bounds.at(-1), Infinity);
    assert.deepEqual(buckets, buckets.toSorted((a, b) => a - b));
    assert.equal(buckets.at(-1), count);
    assert.ok(sum >= 0);
  }
});

Deno.test("no counter is ever smaller than it was", async () => {
  const before = await scrapeText();
  await ask("/portfolio");
  await sleep(1_000);
  const after = await scrape();
  const types = typesOf(before);
  for (const [name, figures] of figuresOf(before)) {
    if (types.get(name) === "GAUGE") continue;
    for (const { labels, value } of figures) {
      const now = after.get(name)?.find((figure) => isDeepStrictEqual(figure.labels, labels));
      assert.ok((now?.value ?? -1) >= value, `${name} ${JSON.stringify(labels)}`);
    }
  }
});

Deno.test("what lives now is told beside what was counted", async () => {
  const families = await scrape();
  const names = [
    ..."locks outbox accounts open_orders api_keys cache_entries cache_breaker cache_evictions_total".split(
      " ",
    ),
    ..."cache_stale_total cache_redis_errors_total database_size_bytes".split(" "),
  ];
  // What the cache counts comes with the first report of an isolate.
  assert.deepEqual(names.filter((name) => !families.has(PREFIX + name)), []);
  assert.ok(value(families, "api_keys") >= 1);
  assert.ok(value(families, "database_size_bytes") > 1_000_000);
});

Deno.test("a report that is sent twice counts once, and none makes a counter smaller", async () => {
  const service = asService();
  const isolate = crypto.randomUUID();
  const status = unique("test");
  const record = (report: number, amount: number) =>
    service.rpc("record_metrics", {
      isolate,
      function_name: "tests",
      report,
      metrics: [{ name: "http_requests_total", labels: { function: "tests", status }, value: amount }],
    });
  assert.equal((await record(1, 5)).data, true);
  assert.equal((await record(1, 5)).data, false);
  assert.equal((await record(2, 2)).data, true);
  assert.notEqual((await record(3, -4)).error, null);
  assert.equal(value(await scrape(), "http_requests_total", { status }), 7);
});

Deno.test("isolates that report at the same time all count, and none waits for another for ever", async () => {
  const service = asService();
  const status = unique("test");
  const names = ["alerts_total", "cache_loads_total", "http_requests_total"];
  const reports = Array.from({ length: 24 }, (_, number) =>
    service.rpc("record_metrics", {
      isolate: crypto.randomUUID(),
      function_name: "tests",
      report: 1,
      // In different orders: whoever locks as told would deadlock.
      metrics: (number % 2 === 0 ? names : names.toReversed()).map((name) => ({
        name,
        labels: { function: "tests", status },
        value: 1,
      })),
    }));
  assert.deepEqual((await Promise.all(reports)).filter(({ data }) => data !== true), []);
  const families = await scrape();
  for (const name of names) assert.equal(value(families, name, { status }), 24, name);
});

Deno.test("a scrape needs a key of scope read", async () => {
  assert.equal((await ask("/health/metrics", { key: null })).status, 401);
  const { key } = createApiKeyAuthService({ secret: "x".repeat(32), apiKeys: "" }).generateApiKey({
    id: "x",
  });
  assert.equal((await ask("/health/metrics", { key })).status, 401);
});

Deno.test("health is ready, each component with its latency, and tells no address", async () => {
  const { status, body, text } = await ask("/health/ready", { key: null });
  assert.equal(status, 200);
  const expected = ["migrations", "postgres", "postgrest", ...stack.redis_url === null ? [] : ["redis"]];
  assert.deepEqual(Object.keys(body.checks).sort(), expected);
  for (const { ok, milliseconds } of Object.values<{ ok: boolean; milliseconds: number }>(body.checks)) {
    assert.deepEqual([ok, Number.isInteger(milliseconds)], [true, true]);
  }
  assert.doesNotMatch(text, /127\.0\.0\.1|localhost|http|postgresql:/);
});

Deno.test("whoever is signed in sees the system's counts, and no names", async () => {
  const { data, error } = await asUser().rpc("system_status");
  assert.equal(error, null);
  const status = data as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(status).sort(), ["cache", "locks", "outbox", "time"]);
  assert.deepEqual(Object.keys(status.locks ?? {}).sort(), ["held", "waiting"]);
  assert.deepEqual(Object.keys(status.cache ?? {}).sort(), ["l1_hits", "l2_hits", "misses"]);
  assert.deepEqual(Object.keys(status.outbox ?? {}).sort(), ["dead", "pending"]);
  assert.ok(Math.abs(Date.parse(String(status.time)) - Date.now()) < 60_000);
  const counts = [status.locks, status.cache, status.outbox].flatMap((part) => Object.values(part ?? {}));
  assert.ok(counts.every((count) => Number.isInteger(count)));
});

Deno.test("leases and locks that are held are counted, and nobody signed in sees whose", async () => {
  const service = asService();
  const status = async () => (await asUser().rpc("system_status")).data as { locks: { held: number } };
  // Far more than other tests may have left.
  const keys = Array.from({ length: 50 }, () => unique("lease"));
  await Promise.all(keys.map((key) => service.rpc("acquire_lease", { key, owner: "tests", ttl_ms: 60_000 })));
  const leased = await status();
  assert.ok(leased.locks.held >= 50, `${leased.locks.held}`);
  assert.doesNotMatch(JSON.stringify(leased), /lease|tests/);

  await Promise.all(keys.map((key) => service.rpc("release_lease", { key, owner: "tests" })));
  assert.ok((await status()).locks.held < 50);

  const sql = connect(1);
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(trading.lock_id(key)) from unnest(${keys}::text[]) key`;
    assert.ok((await status()).locks.held >= 50);
  });
  await sql.end();
});
