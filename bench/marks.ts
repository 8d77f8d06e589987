/**
 * `deno task bench marks [quick]`: a minute of live marks of 50 symbols, held by one account and by ten: how long it takes
 * from the claim to the record, and how many statements and Redis commands. The exchange is a stand-in on this machine,
 * whose answers take no time: what is measured is ours.
 */
import { createAfterChanges } from "../supabase/functions/_shared/after-changes.ts";
import { createSendBatch } from "../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createCache } from "../supabase/functions/_shared/cache/cache.ts";
import { createSendCommands } from "../supabase/functions/_shared/cache/redis.ts";
import { readConfig } from "../supabase/functions/_shared/config/config.ts";
import { createDatabase } from "../supabase/functions/_shared/database/client.ts";
import { createBookMarks } from "../supabase/functions/_shared/marks/book-marks.ts";
import { createFetchBars } from "../supabase/functions/_shared/marks/fetch-bars.ts";
import { createMarkStore } from "../supabase/functions/_shared/marks/marks-rpc.ts";
import { createRunMarks } from "../supabase/functions/_shared/marks/run.ts";
import { createDial } from "../supabase/functions/_shared/notifications/dial.ts";
import { createLog } from "../supabase/functions/_shared/observability/log.ts";
import { connect } from "./database.ts";
import { keep, Report, say } from "./report.ts";
import { startStackProcess } from "./servers.ts";

const MINUTE = 60_000;
const SYMBOLS = 50;
const SECONDS = 2;
const STATEMENTS = 100;
const quick = Deno.args.includes("quick");
const rounds = quick ? 5 : 30;
const report = new Report();
const dataDir = await Deno.makeTempDir({ prefix: "bench-" });
const stack = await startStackProcess(dataDir);
const sql = connect(stack);

/** What the functions send, counted. */
const counted = { statements: 0, commands: 0 };
const config = readConfig({
  SUPABASE_URL: stack.api_url,
  SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secret_key }),
  API_KEY_SECRET: "a secret for benchmarks only, of no value to anybody",
  ...stack.redis_url === null
    ? {}
    : { UPSTASH_REDIS_REST_URL: stack.redis_url, UPSTASH_REDIS_REST_TOKEN: stack.redis_token ?? "" },
});
const plainFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  if (String(input instanceof Request ? input.url : input).includes("/rest/v1/rpc/")) counted.statements++;
  return plainFetch(input, init);
};

/** Weeks ago, in accounts on the alerts' own clock: the clock of the stack lets them be. */
let now = Math.floor(Date.now() / MINUTE - 20_160) * MINUTE;
const clock = {
  now: () => now,
  ticks: () => performance.now(),
  pause: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

function makeRun() {
  const database = createDatabase(config);
  const log = createLog("error");
  const work: Promise<unknown>[] = [];
  const send = config.redis === null ? null : createSendCommands(config.redis);
  const cache = createCache({
    send: send === null ? null : (commands) => {
      counted.commands += commands.length;
      return send(commands);
    },
    log,
    background: (each) => void work.push(each),
  });
  const dial = createDial({ allowHttp: true, allowPrivate: true, ports: [] });
  const run = createRunMarks({
    store: createMarkStore(database),
    fetchBars: createFetchBars(dial, clock),
    book: createBookMarks(createSendBatch(database, "process_alerts"), { ...clock, log }),
    clock,
    log,
    onBooked: createAfterChanges({ cache, database, config, log }),
  });
  return { run, settled: () => Promise.all(work.splice(0)) };
}

/** Answers every symbol as Binance does, at a price that wanders by a cent. */
const exchange = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
  const from = Number(new URL(request.url).searchParams.get("startTime"));
  const bars = [];
  for (let at = from; at <= now; at += MINUTE) {
    const price = (100 + at / MINUTE % 7 / 100).toFixed(2);
    bars.push([at, price, price, price, price, "1", at + MINUTE - 1, "1", 1, "1", "1", "0"]);
  }
  return Response.json(bars);
});

/** Has a new account buy each symbol, with a stop loss that none of them reaches. */
async function hold(): Promise<void> {
  const account = `bench-${crypto.randomUUID().slice(0, 8)}`;
  await sql`select public.create_account(${account}, 1000000, settings => '{"leverage": null, "clock": "alert"}')`;
  const alerts = Array.from({ length: SYMBOLS }, (_, nr) => ({
    hash: `${account}-${nr}`.padStart(32, "0"),
    ...{ account, strategy: "", symbol: `S${nr}USDT`, exchange: "BENCH", action: "buy", quantity: "1" },
    ...{ quantity_type: "units", order_type: "market", price: "100", time: new Date(now).toISOString() },
    stop_loss: { type: "stop", stop_price: "90" },
  }));
  await sql`select public.process_alerts(${JSON.stringify(alerts)}::text::jsonb)`;
}

async function measure(accounts: number): Promise<void> {
  const name = `live marks of ${SYMBOLS} symbols, ${accounts === 1 ? "one account" : `${accounts} accounts`}`;
  const { run, settled } = makeRun();
  for (let round = -2; round < rounds; round++) {
    now += MINUTE;
    Object.assign(counted, { statements: 0, commands: 0 });
    const started = performance.now();
    const { booked } = await run("bench");
    const took = performance.now() - started;
    await settled();
    if (booked !== SYMBOLS * accounts) throw new Error(`${booked} bars were booked`);
    // What the first ones measure is how code and caches warm up.
    if (round < 0) continue;
    report.add(`${name}: a minute`, "ms", took);
    report.add(`${name}: statements`, "a minute", counted.statements);
    report.add(`${name}: Redis commands`, "a minute", counted.commands);
    if (took > SECONDS * 1_000 || counted.statements >= STATEMENTS) {
      say(`  more than ${SECONDS} s or ${STATEMENTS} statements`);
    }
  }
}

try {
  const settings = {
    kind: "binance",
    enabled: true,
    exchanges: ["BENCH"],
    url: `http://127.0.0.1:${exchange.addr.port}/klines`,
  };
  await sql`select public.upsert_mark_source('bench', ${JSON.stringify(settings)}::text::jsonb)`;
  // A little behind the settling time of a minute, so that nothing waits for it.
  now += 5_000;
  await hold();
  await measure(1);
  for (let nr = 0; nr < 9; nr++) await hold();
  await measure(10);
  Deno.stdout.writeSync(new TextEncoder().encode(`${report}`));
  if (!quick) await keep(report);
} finally {
  await exchange.shutdown();
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
