import { createSendBatch } from "../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createBookMarks } from "../../supabase/functions/_shared/marks/book-marks.ts";
import { createFetchBars } from "../../supabase/functions/_shared/marks/fetch-bars.ts";
import { createMarkStore } from "../../supabase/functions/_shared/marks/marks-rpc.ts";
import { createRunMarks } from "../../supabase/functions/_shared/marks/run.ts";
import { createDial } from "../../supabase/functions/_shared/notifications/dial.ts";
import { createLog } from "../../supabase/functions/_shared/observability/log.ts";
import { asService, unique } from "./stack.ts";

export const MINUTE = 60_000;

/** A minute of a made market, as an exchange keeps it. */
export interface Candle {
  /** When it began, in milliseconds since 1970. */
  begins: number;
  open: string;
  high: string;
  low: string;
  close: string;
}

/** What a stand-in exchange does wrong in a minute. */
export type Fault =
  | "slow"
  | "outage"
  | "rate_limit"
  | "hang"
  | "empty"
  | "repeated"
  | "shuffled"
  | "wrong"
  | "garbage";

/** The minutes of a market that wanders in steps of a cent, always the same for a seed. */
export function wander(seed: number, from: number, minutes: number, start = 100): Candle[] {
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  let cents = start * 100;
  const text = (price: number) => (price / 100).toFixed(2);
  return Array.from({ length: minutes }, (_, nr) => {
    const [open, close] = [cents, Math.max(cents + Math.round((random() - 0.5) * 40), 100)];
    cents = close;
    return {
      begins: from + nr * MINUTE,
      open: text(open),
      close: text(close),
      high: text(Math.max(open, close) + Math.round(random() * 15)),
      low: text(Math.max(Math.min(open, close) - Math.round(random() * 15), 1)),
    };
  });
}

/** An exchange that answers as Binance does, on this machine; `fault` says what goes wrong for a symbol now. */
export function startExchange(
  markets: Record<string, Candle[]>,
  { now, fault = () => null }: {
    now: () => number;
    fault?: (symbol: string, minute: number) => Fault | null;
  },
) {
  const gone = new AbortController();
  let requests = 0;
  const row = ({ begins, open, high, low, close }: Candle) =>
    [begins, open, high, low, close, "1.5", begins + MINUTE - 1, "150", 3, "0.5", "50", "0"] as const;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: gone.signal },
    async (request) => {
      requests++;
      const asked = new URL(request.url).searchParams;
      const symbol = asked.get("symbol") ?? "";
      const wrong = fault(symbol, Math.floor(now() / MINUTE));
      if (wrong === "outage") return new Response("away", { status: 503 });
      if (wrong === "rate_limit") {
        return new Response("{}", { status: 429, headers: { "retry-after": "90" } });
      }
      if (wrong === "hang" || wrong === "slow") await new Promise((resolve) => setTimeout(resolve, 400));
      if (wrong === "garbage") return new Response('[[1,"not a price"]]');
      if (wrong === "empty") return Response.json([]);
      const others = Object.keys(markets).filter((name) => name !== symbol);
      const rows = (markets[wrong === "wrong" ? others[0] ?? "" : symbol] ?? [])
        .filter(({ begins }) => begins <= now() && begins >= Number(asked.get("startTime")))
        // The minute that is not over yet is among them, as far as it has come, as at the real one.
        .map((bar) =>
          bar.begins + MINUTE <= now() ? bar : { ...bar, high: bar.open, low: bar.open, close: bar.open }
        )
        .slice(0, Number(asked.get("limit"))).map(row);
      if (wrong === "repeated") return Response.json(rows.flatMap((each) => [each, each]));
      if (wrong === "shuffled") return Response.json(rows.toReversed());
      return Response.json(rows);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/klines`,
    requests: () => requests,
    async stop() {
      gone.abort();
      await server.finished;
    },
  };
}

/** Writes settings of a source of marks. */
export async function upsertSource(source: string, settings: Record<string, unknown>) {
  const { data, error } = await asService().rpc("upsert_mark_source", { source, settings } as never);
  if (error) throw new Error(`${error.code} ${error.message} ${error.hint}`);
  return data as Record<string, unknown>;
}

/** A source of Binance's kind at a stand-in, for an exchange of its own; both are gone afterwards. */
export async function withSource<T>(
  url: string,
  body: (names: { source: string; exchange: string }) => Promise<T>,
  settings: Record<string, unknown> = {},
): Promise<T> {
  const id = unique("x").replace(/\W/g, "");
  const names = { source: `test_${id}`.slice(0, 32), exchange: id.toUpperCase().slice(0, 16) };
  await upsertSource(names.source, {
    kind: "binance",
    enabled: true,
    url,
    exchanges: [names.exchange],
    ...settings,
  });
  try {
    return await body(names);
  } finally {
    await asService().rpc("delete_mark_source", { source: names.source } as never);
  }
}

/** What the function `marks` runs, at a time that the test tells, in an isolate of its own. */
export function marker(now: () => number, { database = asService(), deadlineMs = 200 } = {}) {
  const log = createLog("silent");
  const clock = { now, ticks: now, pause: () => Promise.resolve() };
  const booked: string[] = [];
  const run = createRunMarks({
    store: createMarkStore(database),
    fetchBars: createFetchBars(
      createDial({ allowHttp: true, allowPrivate: true, ports: [] }, { deadlineMs }),
      clock,
    ),
    book: createBookMarks(createSendBatch(database, "process_alerts"), { ...clock, log }),
    clock,
    log,
    onBooked: (accounts) => booked.push(...accounts),
  });
  return Object.assign(() => run("test"), { booked });
}
