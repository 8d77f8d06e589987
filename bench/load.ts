/**
 * The load generator, a process of its own: so many senders, each with one request on its way at a time, for so long; or
 * a burst of so many alerts, each at its time, whatever became of those before.
 * Takes a {@link Load} as JSON on standard input, prints a {@link Measured} as JSON.
 */
import { type Outgoing, Upstream } from "../local/upstream.ts";

export interface Load {
  /** Processes that serve; senders are spread over them. */
  ports: number[];
  /** Where alerts are posted to there: the function's own path, unless told otherwise. */
  target?: string;
  senders: number;
  symbols: number;
  /** Seconds before and during the measurement. */
  warmup: number;
  seconds: number;
  /** Send so many alerts instead, spread evenly over so many milliseconds. */
  burst?: { alerts: number; overMs: number };
  key: string;
  account: string;
  /** Makes this run's alerts different from every other's. */
  run: string;
  /** Calls `process_alerts` at the gateway instead, an alert a call; `key` is the project's secret key. */
  bareRpc?: boolean;
}

export interface Measured {
  /** Answered 200 a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  max: number;
  answered: number;
  /** Other statuses, by number of answers. */
  others: Record<string, number>;
}

const encoder = new TextEncoder();

const post = (target: string, key: [string, string], body: unknown): Outgoing => ({
  method: "POST",
  target,
  fields: [["host", "localhost"], key, ["content-type", "application/json"]],
  body: encoder.encode(JSON.stringify(body)),
});
const alertRequest = (alert: { id: string }, key: string, target = "/alerts") =>
  post(target, ["x-api-key", key], alert);
const rpcRequest = (alert: { id: string }, key: string) => {
  const toBook = {
    ...alert,
    hash: alert.id.padStart(32, "0"),
    strategy: "",
    quantity_type: "units",
    order_type: "market",
  };
  return post("/rest/v1/rpc/process_alerts", ["apikey", key], { alerts: [toBook], wait: false });
};

async function measure(load: Load): Promise<Measured> {
  const upstreams = load.ports.map((port) => new Upstream(port));
  const started = performance.now();
  const from = started + load.warmup * 1000;
  const until = from + load.seconds * 1000;
  const times: number[] = [];
  const others: Record<string, number> = {};
  let next = 0;

  async function send(upstream: Upstream, number: number): Promise<void> {
    const alert = {
      id: `${load.run}-${number}`,
      idempotency_key: `${load.run}-${number}`,
      symbol: `S${number % load.symbols}`,
      action: (Math.floor(number / load.symbols) % 2) === 0 ? "buy" : "sell",
      quantity: "1",
      price: String(100 + number % 7),
      account: load.account,
    };
    const sent = performance.now();
    const response = await upstream.send(
      load.bareRpc ? rpcRequest(alert, load.key) : alertRequest(alert, load.key, load.target),
    );
    await response.arrayBuffer();
    const done = performance.now();
    if (load.burst === undefined && (done < from || done > until)) return;
    if (response.status === 200) times.push(done - sent);
    else others[response.status] = (others[response.status] ?? 0) + 1;
  }

  const lost = () => {
    others.lost = (others.lost ?? 0) + 1;
  };
  const keepSending = () =>
    Array.from({ length: load.senders }, async (_, sender) => {
      const upstream = upstreams[sender % upstreams.length];
      while (upstream !== undefined && performance.now() < until) await send(upstream, next++).catch(lost);
    });
  const sendBurst = ({ alerts, overMs }: { alerts: number; overMs: number }) =>
    Array.from({ length: alerts }, async (_, number) => {
      const upstream = upstreams[number % upstreams.length];
      await new Promise((resolve) => setTimeout(resolve, number * overMs / alerts));
      if (upstream !== undefined) await send(upstream, number).catch(lost);
    });
  await Promise.all(load.burst === undefined ? keepSending() : sendBurst(load.burst));
  const seconds = load.burst === undefined ? load.seconds : (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  return {
    rate: times.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    answered: times.length,
    others,
  };
}

/** Runs a load in a process of its own, so that it shares no thread with what it measures. */
export async function runLoad(load: Load): Promise<Measured> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--no-check", import.meta.url],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(encoder.encode(JSON.stringify(load)));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("the load generator failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  const load: Load = JSON.parse(await new Response(Deno.stdin.readable).text());
  await Deno.stdout.write(encoder.encode(JSON.stringify(await measure(load))));
  Deno.exit(0);
}
