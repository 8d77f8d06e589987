import assert from "node:assert/strict";
import type { Tokens } from "marked";
import { regionsOf } from "../../../local/docs/regions.ts";
import { defaultOptions } from "../../../local/options.ts";
import { inRepository } from "../../../local/paths.ts";
import { MAX_DEPTH, MAX_NAME } from "../../../supabase/functions/_shared/alerts/json.ts";
import { MAX_ALERTS } from "../../../supabase/functions/_shared/alerts/read-body.ts";
import { LONGEST_TTL, REDIS_DEADLINE } from "../../../supabase/functions/_shared/cache/options.ts";
import { SHORTEST_SECRET } from "../../../supabase/functions/_shared/config/config.ts";
import { BODY_MS } from "../../../supabase/functions/_shared/http/body.ts";
import { LONGEST_WAIT_MS } from "../../../supabase/functions/_shared/locks/deadline.ts";
import { LONGEST_KEY } from "../../../supabase/functions/_shared/locks/lock-key.ts";
import { LONGEST_ANSWER } from "../../../supabase/functions/_shared/mcp/bounded.ts";
import { MAX_DIGITS } from "../../../supabase/functions/_shared/validators/decimal.ts";
import { pages, tokensOf } from "../../support/docs.ts";
import { lexer } from "marked";

/** A number that stands in a file of the functions, or of the project. */
function inSource(path: string, pattern: RegExp): number {
  const [, digits] = pattern.exec(Deno.readTextFileSync(inRepository(path))) ?? [];
  assert.ok(digits !== undefined, `${path} has no ${pattern}`);
  return Number(digits.replaceAll("_", ""));
}

const migrations = [...Deno.readDirSync(inRepository("supabase/migrations"))].map(({ name }) => name);

/** A number that stands in the migration of that name. */
const inMigration = (name: string, pattern: RegExp) =>
  inSource(`supabase/migrations/${migrations.find((file) => file.slice(15) === `${name}.sql`)}`, pattern);

const shared = "supabase/functions/_shared";
const boundMs = inSource(`${shared}/cache/options.ts`, /\bboundMs = ([\d_]+)/);
const ttl = inSource(`${shared}/portfolio/routes.ts`, /^export const TTL = (\d+)/m);
const stale = inSource(`${shared}/portfolio/routes.ts`, /^const STALE_IF_ERROR = (\d+)/m);
const longestLease = inSource(`${shared}/locks/leases.ts`, /ttlMs > ([\d_]+)/);
const shortestLease = inSource(`${shared}/locks/leases.ts`, /ttlMs < ([\d_]+)/);
const shortestSignature = inSource(`${shared}/auth/signatures.ts`, /^const SHORTEST_SECRET = (\d+)/m);
const tolerance = inSource(`${shared}/auth/signatures.ts`, /^export const TOLERANCE = (\d+)/m);
const mostInFlight = inSource(`${shared}/alerts/routes.ts`, /^const MOST_IN_FLIGHT = ([\d_]+)/m);
const longestUrl = inSource(`${shared}/http/app.ts`, /^const LONGEST_URL = ([\d_]+)/m);
const mostKeys = inSource(`${shared}/auth/authorize.ts`, /^const MOST_PRESENTED_KEYS = (\d+)/m);
const longAnswer = inMigration("answers", /length\(whole\) <= (\d+)/);
const lateSeconds = inMigration("compare", /late_seconds integer default (\d+)/);
const inHealth = (pattern: RegExp) => inMigration("alert_health", pattern);
const gapsNeeded = inHealth(/cardinality\(moments\), 0\) <= (\d+)/);
const alertsLookedAt = inHealth(/is distinct from 'mark' limit (\d+)/);
const oneMoment = inHealth(/< '(\d+) seconds' as is_same/);
const late = inMigration("alert_latency", /late_seconds integer default (\d+)/);
const caughtUp = inMigration("shadow_booking", /at_most \+ (\d+)/);
const conversion = inSource(`${shared}/backtest/orders.ts`, /^const CONVERSION = \{ sum: (\d+)n/m);
const keeps = (setting: string) => inMigration("accounts", new RegExp(`${setting} integer default (\\d+)`));
const mostJump = inMigration("mark_sources", /max_jump_percent numeric default (\d+)/);
const keepWarm = inMigration("clock", /'keep-warm', '(\d+) seconds'/);
const warmDays = inMigration(
  "clock",
  /from trading.alerts a order by a.id desc limit 1\) > now\(\) - interval '(\d+) days'/,
);
const words = ["none", "one", "two", "three", "four", "five", "six"];

/** Minutes of a month. */
const monthly = (30 * 24 * 60).toLocaleString("en");

/** Every sentence with a number in it, put together from the code's own numbers. */
const FROM_THE_CODE: [page: string, phrase: string][] = [
  ["README.md", `http://127.0.0.1:${defaultOptions.dashboardPort}`],
  ["docs/alerts.md", `an array of up to ${MAX_ALERTS}`],
  ["docs/alerts.md", `at most ${MAX_DIGITS} digits on either side of the point`],
  ["docs/alerts.md", `more than ${longAnswer.toLocaleString("en")} characters is repeated`],
  ["docs/security.md", `${shortestSignature} bytes or more, in base64`],
  ["docs/security.md", `may be ${tolerance} seconds off`],
  ["docs/backtest.md", `more than ${lateSeconds} seconds after the order's time`],
  ["docs/backtest.md", `up to ${conversion} parts in 1,000 are taken for equal`],
  [
    "docs/backtest.md",
    `It needs ${gapsNeeded} pauses for that, of its last ${alertsLookedAt.toLocaleString("en")} alerts`,
  ],
  ["docs/backtest.md", `alerts within ${oneMoment} seconds of each other are one`],
  ["docs/backtest.md", `An alert that took more than ${late} seconds is late`],
  ["docs/shadows.md", `up to ${caughtUp} alerts more than it brings`],
  ["docs/shadows.md", `may be ${ttl} seconds old`],
  ["docs/cache.md", `The bound is ${boundMs / 1000} second.`],
  ["docs/cache.md", `shows after ${ttl} seconds at the latest`],
  ["docs/cache.md", `A call of Redis is waited for ${REDIS_DEADLINE} ms`],
  ["docs/cache.md", `a change is in Redis within those ${REDIS_DEADLINE} ms`],
  ["docs/cache.md", `until its time is over, ${ttl} seconds after`],
  ["docs/cache.md", `up to ${stale} seconds past its time, even`],
  ["docs/configuration.md", `${SHORTEST_SECRET} characters or more`],
  ["docs/errors.md", `not there in ${BODY_MS / 1000} seconds`],
  ["docs/errors.md", `The size has ${MAX_DIGITS + 1} digits or more`],
  ["docs/errors.md", `At most ${MAX_ALERTS} in one request`],
  ["docs/errors.md", `At most ${MAX_NAME} characters`],
  ["docs/errors.md", `At most ${MAX_DEPTH} levels`],
  ["docs/security.md", `at most ${mostInFlight.toLocaleString("en")} alerts under way`],
  ["docs/errors.md", `The URL is longer than ${longestUrl.toLocaleString("en")} characters`],
  ["docs/errors.md", `carries more than ${words[mostKeys]} keys`],
  ["docs/mcp.md", `at most ${LONGEST_ANSWER.toLocaleString("en")} characters`],
  ["docs/errors.md", `over ${LONGEST_KEY} bytes`],
  ["docs/errors.md", `1 to ${LONGEST_WAIT_MS} milliseconds`],
  ["docs/marks.md", `(${mostJump}): it is held back`],
  ["docs/marks.md", `${monthly} calls of the function a month`],
  ["docs/marks.md", `${monthly} Redis commands a month`],
  ["docs/operations.md", `after ${keeps("keep_marks_days")} days`],
  ["docs/operations.md", `after ${keeps("keep_minute_bars_days")} days`],
  ["docs/operations.md", `every ${keepWarm} seconds it calls`],
  ["docs/operations.md", `less than ${warmDays} days old`],
  [
    "docs/operations.md",
    `At most ${(24 * 3600 / keepWarm).toLocaleString("en")} calls of the REST API a day`,
  ],
  // A kilobyte each.
  ["docs/operations.md", `at most ${Math.ceil(30 * 24 * 3600 / keepWarm / 1000)} MB of traffic a month`],
  ["docs/operations.md", `a call a minute, ${monthly} a month`],
  ["docs/operations.md", "calls this until it answers 0"],
  ["docs/errors.md", `${shortestLease} to ${longestLease} milliseconds`],
  ["docs/errors.md", `at most ${words[LONGEST_TTL / 3600]} hours`],
];

/** Numbers of others, of HTTP and of arithmetic, which no code of ours decides. */
const GIVEN: [page: string, phrase: string][] = [
  ["docs/cache.md", "Up to 120 ms there and back were measured"], // redis-far.test.ts
  ["README.md", "After a 503"],
  ["README.md", "Node 20 or newer"],
  ["docs/cache.md", "not read before is a 503"],
  ["docs/functions.md", "is a 400 on any Hono app"],
  ["docs/cache.md", "The free plan of Upstash has 500,000 a month"],
  ["docs/configuration.md", "TradingView gives up after 3000"],
  ["docs/errors.md", "refused: 422"],
  ["docs/errors.md", "could not be read: 400, 408, 413, 414, 415"],
  ["docs/errors.md", "The key: 401, 403"],
  ["docs/errors.md", "Reading: 400, 404"],
  ["docs/errors.md", "failed: 500, 503"],
  ["docs/errors.md", "Above 0"],
  ["docs/errors.md", "Tools: 400, 404, 422"],
  ["docs/errors.md", "Too often: 429"],
  ["docs/security.md", "answered 429 after a while"],
  ["docs/security.md", "is answered 503, and other keys"],
  ["docs/configuration.md", "1: receivers of notifications, and sources of live marks, may be plain HTTP"],
  ["docs/configuration.md", "1: they may lie at any address"],
  ["docs/marks.md", "asks for a pause (HTTP 429)"],
  ["docs/marks.md", "at most, of 500,000 that are free"],
  ["docs/marks.md", "of 500,000 that are free: eleven accounts"],
  ["docs/notifications.md", "refused for what it says (HTTP 400, 410, 413, 422)"],
  ["docs/operations.md", "it is 503 when something does not"],
  ["docs/operations.md", "that was not used for 30 seconds"], // PostgREST's default
  ["docs/operations.md", "of 5 GB that are free"],
  ["docs/operations.md", "of 500,000 that are free"],
  ["docs/operations.md", "A free project holds 500 MB"],
  ["docs/operations.md", "anything that is not 200"],
  ["docs/operations.md", "nothing was committed for 60 days"],
  [
    "docs/orders.md",
    "At 1 % risk and a stop 10 below the price, 100 units lose the 1000 that are 1 % of 100000",
  ],
  ["docs/rpc.md", "comes as HTTP 404"],
  ["docs/security.md", "TradingView sends from 52.89.214.238, 34.212.75.30, 54.218.53.128 and 52.32.178.7"],
];

/** What other tests compare: the default of an account, a default in a table. */
const ELSEWHERE: [page: string, phrase: string][] = [
  ["docs/orders.md", "with 100000 USD"], // every story is played so
  ["docs/orders.md", "leverage 1 unless"],
  ["docs/configuration.md", "has the multiplier 1"],
  ["docs/configuration.md", "65536"], // configuration.test.ts
  ["docs/configuration.md", "2200"],
  ["docs/configuration.md", "10000"],
  ["docs/configuration.md", "6000"],
  ["docs/configuration.md", "30"],
];

/** Names that have a digit in them. */
const NAMES = /\b(3Commas|UTF-8|SHA256|HMAC-SHA256|ISO 8601)\b/g;

/** The text of a page for people: no code, no made parts, no stories. */
function proseOf(page: string): string {
  const text = regionsOf(pages.get(page) ?? "").reduce(
    (rest, name) => rest.replace(new RegExp(`<!-- made: ${name} [^]*?<!-- end: ${name} -->`), ""),
    pages.get(page) ?? "",
  );
  const tokens = lexer(text).filter((token) =>
    token.type !== "table" || (token as Tokens.Table).header[0]?.text !== "alert"
  );
  const leaves = [...tokensOf(tokens)].filter((token) =>
    token.type === "text" && !("tokens" in token && token.tokens !== undefined)
  );
  return leaves.map(({ raw }) => raw).join(" ").replaceAll(/\s+/g, " ");
}

const facts = [...FROM_THE_CODE, ...GIVEN, ...ELSEWHERE];

for (const page of pages.keys()) {
  Deno.test(`every number in the text of ${page} is one that is known`, () => {
    const prose = proseOf(page);
    const mine = facts.filter(([where]) => where === page).map(([, phrase]) => phrase);
    for (const phrase of mine) assert.ok(prose.includes(phrase), `the page should say: ${phrase}`);
    const rest = mine.reduce((text, phrase) => text.replaceAll(phrase, ""), prose).replaceAll(NAMES, "");
    assert.deepEqual(rest.match(/.{0,30}\b\d[\d.,]*\b.{0,20}/g) ?? [], []);
  });
}
