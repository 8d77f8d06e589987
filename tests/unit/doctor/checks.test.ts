import assert from "node:assert/strict";
import type { CronFacts, JobFacts } from "../../../local/doctor/facts/database.ts";
import type { Answer } from "../../../local/doctor/facts/http.ts";
import { checks, examine, inWords } from "../../../local/doctor/report.ts";
import type { Facts } from "../../../local/doctor/target.ts";
import { but, good, withConfig, withDatabase, withEnv, withFunctions } from "../../support/doctor-facts.ts";

/** What a check of that name says of facts. */
function judge(name: string, facts: Facts) {
  const finding = examine(facts).checks.find((each) => each.name === name);
  return finding ?? assert.fail(`there is no check ${name}`);
}

const cron = good.database?.ok ? good.database.cron : null;
const withCron = (changed: Partial<CronFacts>) => withDatabase({ cron: cron && { ...cron, ...changed } });
const withJob = (name: string, job?: JobFacts | null) => withCron({ jobs: { ...cron?.jobs, [name]: job } });
/** What is wrong with a job that runs every minute. */
const badJobs = (name: string) => ({
  "no job": withJob(name),
  "never ran": withJob(name, { lastRun: null }),
  failed: withJob(name, { lastRun: { ok: false, minutesAgo: 0 } }),
  stopped: withJob(name, { lastRun: { ok: true, minutesAgo: 60 } }),
});
const gone = { ok: false as const, reason: "connection refused" };
const answered = (status: number, code: string | null = null, address: string | null = null): Answer => ({
  status,
  code,
  address,
  down: [],
  clockAheadMs: 0,
});
/** A project with a list of sources, what it answers to an alert from here, and to one that claims to be on the list. */
const withSources = (list: string, keyless: Answer, claimed: Answer = keyless): Facts => ({
  ...withEnv({ ALLOWED_ALERT_IPS: list }),
  functions: { ...good.functions, keyless, claimed },
});
const refused = (address: string | null) => answered(403, "source_not_allowed", address);

/** What is wrong, by the check that must find it. */
const BAD: Record<string, Record<string, Facts>> = {
  "secret-length": { short: withEnv({ API_KEY_SECRET: "a".repeat(31) }) },
  "secret-strength": {
    "a word": withEnv({ API_KEY_SECRET: "my-super-secret-0f8a2c4e6b91d3f5a7c9e1b3" }),
    "one character": withEnv({ API_KEY_SECRET: "x".repeat(64) }),
    "a sequence": withEnv({ API_KEY_SECRET: "abcdefghijklmnopqrstuvwxyz0123456789" }),
    "a repetition": withEnv({ API_KEY_SECRET: "abab".repeat(16) }),
  },
  "api-keys": {
    malformed: withEnv({ API_KEYS: "tv:hunter2" }),
    expired: withEnv({ API_KEYS: `tv:${"0".repeat(64)}:read::2020-01-01` }),
    "none, locally": but({ isLocal: true, env: { ...good.env, API_KEYS: "" } }),
  },
  "https": { http: withFunctions({ url: "http://project.supabase.co" }) },
  "postgres-tls": {
    disabled: but({ dbUrl: "postgresql://a:b@db.example.com/postgres?sslmode=disable" }),
    "not said": but({ dbUrl: "postgresql://a:b@db.example.com/postgres" }),
    "not encrypted": withDatabase({ tls: false }),
    "no URL": but({ dbUrl: "db.example.com" }),
  },
  "redis-tls": { http: withEnv({ UPSTASH_REDIS_REST_URL: "http://redis.example.com" }) },
  "verify-jwt": {
    true: withConfig({ verifyJwt: { alerts: true, health: false } }),
    "not said": withConfig({ verifyJwt: { health: false } }),
  },
  "deployed-auth": {
    "the gateway's 401": withFunctions({ keyless: answered(401) }),
    open: withFunctions({ keyless: answered(200) }),
    "not deployed": withFunctions({ keyless: answered(404) }),
    gone: withFunctions({ keyless: null }),
  },
  "alert-sources": {
    misspelled: withSources("tradingveiw", refused("8.8.8.8")),
    "no address is seen": withSources("tradingview", refused(null)),
    "the proxy's address is seen": withSources("tradingview", refused("10.0.0.7")),
    "another list is deployed": withSources("tradingview,8.8.8.8", refused("8.8.8.8")),
    "a header is believed": withSources("tradingview", refused("8.8.8.8"), answered(401, "missing_key")),
  },
  "notification-clock": {
    "no extensions": withDatabase({ cron: null }),
    "no pg_net": withCron({ net: false }),
    "no secrets": withCron({ secrets: false }),
    "an old key": withCron({ refused: true }),
    ...badJobs("dispatch-notifications"),
  },
  "marks-clock": {
    "no extensions": withDatabase({ cron: null }),
    "no pg_net": withCron({ net: false }),
    ...badJobs("fetch-marks"),
  },
  "warm-clock": {
    "no extensions": withDatabase({ cron: null }),
    "no pg_net": withCron({ net: false }),
    ...badJobs("keep-warm"),
  },
  "retention-clock": {
    "not compacted": withDatabase({ daysSinceCompaction: 3 }),
    "not compacted, without pg_cron": withDatabase({ cron: null, daysSinceCompaction: 3 }),
    "no job for the gaps": withJob("close-gaps"),
    "no job for pg_cron's list": withJob("forget-cron-runs"),
    ...badJobs("compact-history"),
  },
  "database-size": { "full within a month": withDatabase({ bytes: 400_000_000, bytesPerDay: 4_000_000 }) },
  "auto-expose-new-tables": {
    true: withConfig({ autoExposeNewTables: true }),
    "not said": withConfig({ autoExposeNewTables: null }),
  },
  "sign-up": {
    true: withConfig({ signUp: true }),
    "not said": withConfig({ signUp: null }),
  },
  "migrations": {
    behind: withDatabase({ newestMigration: "20261101000001" }),
    none: withDatabase({ newestMigration: null }),
    ahead: withDatabase({ newestMigration: "20991231000000" }),
  },
  "grants": {
    "a function": withDatabase({ grants: { anon: { functions: ["process_alerts(jsonb)"], tables: {} } } }),
    "a table": withDatabase({ grants: { anon: { functions: [], tables: { "trading.fills": "select" } } } }),
    "one missing": withConfig({ grants: { anon: { functions: ["system_status()"], tables: {} } } }),
  },
  "row-security": { off: withDatabase({ openTables: ["trading.fills"] }) },
  "advisors": { warnings: withDatabase({ advisors: { ok: true, warnings: ["rls_disabled: fills"] } }) },
  "statement-timeout": {
    none: withDatabase({ roleSettings: {} }),
    unlimited: withDatabase({ roleSettings: { anon: { statement_timeout: "0" } } }),
  },
  "lock-timeout": {
    none: withDatabase({ functionSettings: {} }),
    "too long": withDatabase({
      functionSettings: { process_alerts: { lock_timeout: "3s", statement_timeout: "2s" } },
    }),
  },
  "alert-deadline": {
    late: withEnv({ ALERT_DEADLINE_MS: "5000" }),
    nonsense: withEnv({ ALERT_DEADLINE_MS: "soon" }),
  },
  "redis-reachable": { gone: but({ redis: gone }) },
  "redis-eviction": {
    noeviction: but({ redis: { ok: true, milliseconds: 1, policy: "noeviction", maxMemory: 1 } }),
  },
  "clock-skew": {
    "the database": withDatabase({ clockAheadMs: 60_000 }),
    "the functions": withFunctions({ live: { ...answered(200), clockAheadMs: -60_000 } }),
  },
  "health": {
    gone: withFunctions({ live: null }),
    "not ready": withFunctions({ ready: { ...answered(503), down: ["redis"] } }),
  },
};

Deno.test("where all is well every check passes", () => {
  const { ok, checks: found } = examine(good);
  assert.ok(ok);
  assert.deepEqual(found.filter(({ status }) => status !== "pass"), []);
});

Deno.test("every check can fail", () => {
  assert.deepEqual(Object.keys(BAD).sort(), Object.keys(checks).sort());
});

for (const [name, cases] of Object.entries(BAD)) {
  for (const [what, facts] of Object.entries(cases)) {
    Deno.test(`${name} fails: ${what}; and says what to do`, () => {
      const finding = judge(name, facts);
      assert.equal(finding.status, "fail", finding.said);
      assert.ok(finding.status === "fail" && finding.fix.length > 10);
      assert.equal(examine(facts).ok, false);
    });
  }
}

Deno.test("a database that cannot be asked fails every check that asks it, one without a URL none", () => {
  const asking = ["migrations", "grants", "row-security", "advisors", "statement-timeout", "lock-timeout"];
  for (const name of asking) {
    assert.equal(judge(name, but({ database: gone })).status, "fail", name);
    assert.equal(judge(name, but({ database: null, dbUrl: null })).status, "skip", name);
  }
});

Deno.test("what cannot be told is said to be so, and fails nothing", () => {
  const facts = but({
    env: {},
    database: null,
    dbUrl: null,
    redis: null,
  });
  const { ok, checks: found } = examine(facts);
  assert.ok(ok);
  assert.ok(found.filter(({ status }) => status === "skip").length >= 10);
});

Deno.test("TLS is not asked for on this machine, where nobody listens on the wire", () => {
  const facts: Facts = {
    ...withFunctions({ url: "http://127.0.0.1:54321" }),
    dbUrl: "postgresql://postgres:x@127.0.0.1:54322/postgres",
    env: { ...good.env, UPSTASH_REDIS_REST_URL: "http://127.0.0.1:54379" },
  };
  for (const name of ["https", "postgres-tls", "redis-tls"]) assert.equal(judge(name, facts).status, "pass");
});

Deno.test("no finding repeats a secret, a token, a password or a key's hash", () => {
  const everything = [good, ...Object.values(BAD).flatMap((cases) => Object.values(cases))];
  const hidden = [good.env.API_KEY_SECRET ?? "", "hunter2", "0123456789abcdef0123", ":secret@", ":b@"];
  for (const facts of everything) {
    const text = inWords(examine(facts));
    for (const each of hidden) assert.ok(!text.includes(each), `${each} in ${text}`);
  }
});

Deno.test("a list of sources that refuses an alert from here is as it should be, and no failure of the key", () => {
  const facts = withSources("tradingview, 203.0.113.0/24", refused("8.8.8.8"));
  for (const name of ["alert-sources", "deployed-auth"]) {
    assert.equal(judge(name, facts).status, "pass", name);
  }
  const here = withSources("8.8.8.8", answered(401, "missing_key"));
  assert.equal(judge("alert-sources", here).status, "skip", "from here it cannot be told");
  const unknown = withSources("", refused("8.8.8.8"));
  assert.equal(judge("alert-sources", unknown).status, "skip", "the project's list is not known here");
});

Deno.test("another clock than pg_cron will do for what is compacted", () => {
  assert.equal(judge("retention-clock", withDatabase({ cron: null })).status, "pass");
});

Deno.test("who keeps nothing warm may switch it off; the other jobs may not be", () => {
  assert.equal(judge("warm-clock", withJob("keep-warm", null)).status, "pass");
  assert.equal(judge("marks-clock", withJob("fetch-marks", null)).status, "fail");
  assert.equal(judge("retention-clock", withJob("close-gaps", null)).status, "fail");
});

Deno.test("a report says what to do below each failure, and how many there were", () => {
  const text = inWords(examine(withDatabase({ openTables: ["trading.fills"] })));
  assert.match(
    text,
    /FAIL {2}row-security .*off for trading\.fills\n +fix: alter table trading\.fills enable/,
  );
  assert.match(text, /26 pass, 1 fail, 0 could not be checked here$/);
});
