/**
 * `deno task bench reading [quick] [--before DIR]`: what an alert costs an isolate between its bytes and the database, for the
 * message of README.md: its key is checked and struck, it is read, validated and hashed. In microseconds of CPU, which other
 * programs of the machine do not lengthen. `DIR` is a checkout of another commit, measured in turn in the same process.
 */
import { join } from "node:path";
import process from "node:process";
import { createApiKeyAuthService } from "../supabase/functions/_shared/auth/api-keys.ts";
import type { AppContext } from "../supabase/functions/_shared/http/app.ts";
import { repositoryRoot } from "../local/paths.ts";
import { blocks } from "../tests/support/docs.ts";
import { withPlaceholders } from "../tests/support/placeholders.ts";
import { median, row, spread, table } from "./table.ts";

const quick = Deno.args.includes("quick");
const rounds = quick ? 5 : 31;
const alertsOfRound = quick ? 500 : 2_000;
const at = Deno.args.indexOf("--before");
const directories = [{ name: "now", path: repositoryRoot }];
if (at !== -1) directories.unshift({ name: "before", path: await Deno.realPath(Deno.args[at + 1] ?? "") });

const secret = "a secret of the benchmark, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const senders = [
  { name: "a key of any account", ...maker.generateApiKey({ id: "any" }) },
  { name: "a key of one account", ...maker.generateApiKey({ id: "one", account: "mine" }) },
];
const apiKeys = senders.map(({ entry }) => entry).join();

const block = blocks().find(({ page, language, info }) =>
  page === "README.md" && language === "json" && info === "alert"
);
if (block === undefined) throw new Error("README.md shows no alert");
const bodyOf = (key: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(withPlaceholders(block.text).replace("<your key>", key));

/** As much of Hono's context as the handler asks for: a request and its answer would cost more than the reading. */
function contextOf(body: Uint8Array<ArrayBuffer>): AppContext {
  const headers = new Headers({ "content-length": String(body.length) });
  const context = {
    req: {
      raw: { headers, arrayBuffer: () => Promise.resolve(body.buffer) },
      header: () => undefined,
      param: () => undefined,
      queries: () => undefined,
      query: (name?: string) => name === undefined ? {} : undefined,
    },
    get: (name: string) => name === "logFields" ? {} : "request",
    json: (answer: unknown) => answer,
  };
  return context as unknown as AppContext;
}

const answer = { kind: "answered", answer: { status: "filled", duplicate: false } };
const book = (alerts: readonly unknown[]) => Promise.resolve(alerts.map(() => answer));

/** The handler of a checkout, on a database that answers at once. */
async function handlerOf(directory: string): Promise<(context: AppContext) => Promise<unknown>> {
  const shared = (module: string) => import(join(directory, "supabase/functions/_shared", module));
  const { receiveAlerts } = await shared("alerts/routes.ts");
  const auth = await shared("auth/api-keys.ts");
  return receiveAlerts({
    apiKeys: auth.createApiKeyAuthService({ secret, apiKeys }),
    book: Object.assign(book, { isOverloaded: () => false }),
    bodyLimit: 65_536,
    deadlineMs: 20_000,
  });
}

/** Microseconds of CPU for each alert. */
async function measure(send: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let alert = 0; alert < alertsOfRound; alert++) await send();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / alertsOfRound;
}

const contenders = [];
for (const { name, path } of directories) {
  const handle = await handlerOf(path);
  for (const sender of senders) {
    const body = bodyOf(sender.key);
    contenders.push({
      name: `${sender.name}, ${name}`,
      send: () => handle(contextOf(body)),
      times: [] as number[],
    });
  }
}
for (let round = -1; round < rounds; round++) {
  // Each begins a round in turn, and warms up: the garbage of the one before is none of its own.
  for (const [turn] of contenders.entries()) {
    const contender = contenders[(turn + round + 1) % contenders.length];
    if (contender === undefined) continue;
    await measure(contender.send);
    if (round >= 0) contender.times.push(await measure(contender.send));
  }
}

const rows = contenders.map(({ name, times }) => row(name, median(times).toFixed(1), spread(times)));
// The two of a round ran within a second of each other: their ratio holds while the machine's speed changes.
for (const [nr, { name }] of senders.entries()) {
  const [before, now] = [contenders[nr], contenders[nr + senders.length]];
  if (before === undefined || now === undefined) continue;
  const percent = now.times.map((time, round) => 100 * time / (before.times[round] ?? NaN));
  rows.push(row(`${name}, now in percent of before`, median(percent).toFixed(0), spread(percent)));
}
Deno.stdout.writeSync(
  new TextEncoder().encode(table(["reading the README's alert", "µs of CPU, median", "spread"], rows)),
);
