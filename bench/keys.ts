/**
 * `deno run -A bench/keys.ts [quick]`: what the check of a key costs, ours against bcryptjs at cost 10, the textbook's
 * choice for stored secrets, in turn in one run. Exits 1 when the promised ratio is missed.
 */
import bcrypt from "bcryptjs";
import { createApiKeyAuthService } from "../supabase/functions/_shared/auth/api-keys.ts";
import { median, row, spread, table } from "./table.ts";

const rounds = Deno.args.includes("quick") ? 5 : 21;
const calls = 2_000;
const secret = "a secret of the benchmark, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const made = Array.from({ length: 10 }, () => maker.generateApiKey({ id: "tv" }));
const key = made[0]?.key ?? "";
// bcrypt reads no more than 72 bytes.
const hash = bcrypt.hashSync(key.slice(-72), 10);
const serviceOf = (count: number) =>
  createApiKeyAuthService({ secret, apiKeys: made.slice(0, count).map(({ entry }) => entry).join() });

/** Microseconds a call. */
function measure(count: number, call: () => unknown): number {
  const started = performance.now();
  for (let index = 0; index < count; index++) call();
  return (performance.now() - started) / count * 1e3;
}

const [one, ten] = [serviceOf(1), serviceOf(10)];
const contenders: { name: string; count: number; call: () => unknown }[] = [
  { name: "HMAC-SHA256, 1 key listed", count: calls, call: () => one.checkApiKey(key) },
  { name: "HMAC-SHA256, 10 keys listed", count: calls, call: () => ten.checkApiKey(key) },
  { name: "bcryptjs, cost 10, 1 key", count: 2, call: () => bcrypt.compareSync(key.slice(-72), hash) },
];
const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
for (const { count, call } of contenders) measure(count, call);
for (let round = 0; round < rounds; round++) {
  for (const { name, count, call } of contenders) times.get(name)?.push(measure(count, call));
}

/** How many times as long as ours bcrypt takes, by round. */
const ratio = (own: string) =>
  median(
    (times.get("bcryptjs, cost 10, 1 key") ?? []).map((time, round) =>
      time / (times.get(own)?.[round] ?? NaN)
    ),
  );
const out = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
out(table(
  ["the check of a key", "µs, median", "spread", "bcryptjs takes x as long"],
  contenders.map(({ name }) =>
    row(name, median(times.get(name) ?? []).toFixed(1), spread(times.get(name) ?? []), ratio(name).toFixed(0))
  ),
));
const found = ratio("HMAC-SHA256, 1 key listed");
out(
  `${found >= 1_000 ? "holds " : "MISSED"} at least 1,000 x quicker than bcryptjs, cost 10: ${
    found.toFixed(0)
  }\n`,
);
if (found < 1_000) Deno.exitCode = 1;
