/**
 * `deno run -A bench/cache.ts [quick]`: what a hit in memory costs, ours against bentocache and the bare map under both,
 * round after round in one run, so that ratios hold on a noisy machine. Exits 1 when a promised ratio is missed.
 */
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { LRUCache } from "lru-cache";
import { createCache } from "../supabase/functions/_shared/cache/cache.ts";
import { median, row, table } from "./table.ts";

const rounds = Deno.args.includes("quick") ? 3 : 9;
const calls = Deno.args.includes("quick") ? 50_000 : 200_000;
const keys = Array.from({ length: 500 }, (_, index) => `portfolio:account-${index % 50}:positions-${index}`);

/** What is cached: an answer of ten positions, as the portfolio function has it. */
const value = {
  body: JSON.stringify(Array.from({ length: 10 }, (_, index) => ({
    symbol: `S${index}`,
    quantity: "10.5",
    average_price: "187.123456789",
    unrealized_pnl: "-12.5",
  }))),
  version: 7,
};

/** Redis for ours: it answers at once what a Redis would in which nothing changes. */
const send = (commands: readonly { op: string; keys?: string[] }[]) =>
  Promise.resolve(commands.map(({ op, keys = [] }) => ({
    ok: true as const,
    result: op === "mget" ? keys.map((key) => key.endsWith(":e:") ? "1.a" : null) : 1,
  })));

const ours = createCache({ send });
const bento = (serialize: boolean) =>
  new BentoCache({
    default: "memory",
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 2_000, serialize })) },
  });
const [parsing, sharing] = [bento(true), bento(false)];
const bare = new LRUCache<string, typeof value>({ max: 2_000 });
const load = () => Promise.resolve(value);

const contenders: { name: string; kind: "get" | "wrap"; call: (key: string) => unknown }[] = [
  { name: "ours: get", kind: "get", call: (key) => ours.get(key) },
  { name: "bentocache: get", kind: "get", call: (key) => parsing.get({ key }) },
  { name: "bentocache, serialize: false: get", kind: "get", call: (key) => sharing.get({ key }) },
  { name: "lru-cache: get", kind: "get", call: (key) => bare.get(key) },
  { name: "ours: wrap", kind: "wrap", call: (key) => ours.wrap(key, load) },
  { name: "bentocache: getOrSet", kind: "wrap", call: (key) => parsing.getOrSet({ key, factory: load }) },
  {
    name: "bentocache, serialize: false: getOrSet",
    kind: "wrap",
    call: (key) => sharing.getOrSet({ key, factory: load }),
  },
];

for (const key of keys) {
  await ours.wrap(key, load);
  await parsing.set({ key, value });
  await sharing.set({ key, value });
  bare.set(key, value);
}

/** Nanoseconds a call, awaited one after another as a handler does. */
async function measure(call: (key: string) => unknown): Promise<number> {
  const started = performance.now();
  for (let index = 0; index < calls; index++) await call(keys[index % keys.length] ?? "");
  return (performance.now() - started) / calls * 1e6;
}

const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
for (const { call } of contenders) await measure(call);
for (let round = 0; round < rounds; round++) {
  for (const { name, call } of contenders) times.get(name)?.push(await measure(call));
}
ours.close();

/** How many times as long as ours another takes, by round. */
function ratio(name: string, own: string): number {
  return median((times.get(name) ?? []).map((time, round) => time / (times.get(own)?.[round] ?? NaN)));
}

const rows = contenders.map(({ name, kind }) => {
  const taken = times.get(name) ?? [];
  const range = `${Math.min(...taken).toFixed(0)}–${Math.max(...taken).toFixed(0)}`;
  return row(name, median(taken).toFixed(0), range, ratio(name, `ours: ${kind}`).toFixed(2));
});
const out = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
out(table(["a hit in memory, awaited", "ns, median", "spread", "x ours, by round"], rows));

const promises = [
  { what: "bentocache: get", own: "ours: get", least: 4 },
  { what: "bentocache: getOrSet", own: "ours: wrap", least: 3 },
];
for (const { what, own, least } of promises) {
  const found = ratio(what, own);
  out(
    `${found >= least ? "holds " : "MISSED"} ${what} takes at least ${least} x ${own}: ${found.toFixed(1)}\n`,
  );
  if (found < least) Deno.exitCode = 1;
}
