import { type CounterName, DEFINITIONS, type GaugeName, type HistogramName } from "./definitions.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  name: string;
  labels: Labels;
  value: number;
}

/** What an isolate counted since its last report, and what it has now. */
export interface Report {
  isolate: string;
  function: string;
  /** 1 for the first report of an isolate. A report that is sent twice has the same number, and counts once. */
  report: number;
  metrics: Sample[];
  gauges: Sample[];
}

/** What became of a report. Only an unavailable one is sent again. */
export type SendReport = (report: Report) => Promise<"stored" | "refused" | "unavailable">;

/** Tells totals since the isolate began, and present values, of something that counts by itself. */
export type Collector = (tell: {
  total(name: CounterName, value: number, labels?: Labels): void;
  gauge(name: GaugeName, value: number, labels?: Labels): void;
}) => void;

/** Counts, in memory. A call takes about a microsecond and never fails. */
export type Metrics = ReturnType<typeof createMetrics>;

export interface MetricsOptions {
  /** The function whose isolate this is; a label of every series. */
  function: string;
  send: SendReport;
  /** Keeps the isolate alive until the work is done, where the runtime can. */
  background(work: Promise<unknown>): void;
  /** Calls `run` in so many milliseconds; does not keep the process alive. */
  later(milliseconds: number, run: () => void): unknown;
  /** Milliseconds from the first thing counted to the report of it. */
  intervalMs: number;
}

/** A counter's total, and how much of it was reported. */
interface Series extends Sample {
  /** Null before the first report, which tells of zeros too: a series that is there from the start shows its first step. */
  reported: number | null;
}

/** Series that an isolate keeps at most: labels are few by design, and a mistake must not eat the memory. */
const MOST_SERIES = 1_000;

/**
 * The counters of an isolate. An isolate lives a minute or two and sees only itself: so what it counts is added to the
 * sums in the database, behind the answers, once every `intervalMs` while there is something to tell.
 */
export function createMetrics({ send, background, later, intervalMs, ...own }: MetricsOptions) {
  const isolate = crypto.randomUUID();
  const series = new Map<string, Series>();
  const collectors: Collector[] = [];
  let reports = 0;
  /** Taken, and not known to be stored. */
  let pending: Report | null = null;
  let sending: Promise<void> | null = null;
  let isArmed = false;

  function find(name: string, labels: Labels): Series | null {
    let key = name;
    for (const label in labels) key += `\n${label}\t${labels[label]}`;
    let found = series.get(key);
    if (found === undefined) {
      if (series.size >= MOST_SERIES) return null;
      found = { name, labels: { function: own.function, ...labels }, value: 0, reported: null };
      series.set(key, found);
    }
    return found;
  }

  function adder(name: string, labels: Labels): (by?: number) => void {
    const found = find(name, labels);
    return (by = 1) => {
      if (found !== null && by > 0 && Number.isFinite(by)) found.value += by;
      arm();
    };
  }

  function histogram(name: HistogramName, labels: Labels = {}): (value: number) => void {
    const buckets: readonly number[] = DEFINITIONS[name].buckets;
    const counts = new Map<number, (by?: number) => void>();
    const sum = adder(`${name}_sum`, labels);
    return (value) => {
      const bound = buckets.find((each) => value <= each) ?? Infinity;
      const count = counts.get(bound) ??
        adder(`${name}_bucket`, { ...labels, le: bound === Infinity ? "+Inf" : String(bound) });
      counts.set(bound, count);
      count();
      sum(value);
    };
  }

  /** Has a report follow in a while, unless one is about to. */
  function arm(): void {
    if (isArmed) return;
    isArmed = true;
    background(
      new Promise<void>((resolve) => {
        later(intervalMs, () => {
          isArmed = false;
          flush().then(resolve, resolve);
        });
      }),
    );
  }

  /** What was not reported yet; null when there is none. */
  function take(): Report | null {
    const gauges: Sample[] = [];
    const tell = {
      total(name: CounterName, value: number, labels: Labels = {}) {
        const found = find(name, labels);
        if (found !== null) found.value = Math.max(found.value, value);
      },
      gauge(name: GaugeName, value: number, labels: Labels = {}) {
        gauges.push({ name, labels: { function: own.function, ...labels }, value });
      },
    };
    for (const collector of collectors) collector(tell);
    // Zeros go along with the first figures; by themselves they are nothing to write for.
    if (![...series.values()].some(({ value, reported }) => value > (reported ?? 0))) return null;
    const metrics: Sample[] = [];
    for (const each of series.values()) {
      const { name, labels, value, reported } = each;
      if (reported === null || value > reported) {
        metrics.push({ name, labels, value: value - (reported ?? 0) });
      }
      each.reported = value;
    }
    return { isolate, function: own.function, report: ++reports, metrics, gauges };
  }

  async function report(): Promise<void> {
    // What was taken before goes first, as it was: it may have been stored, and its number tells.
    const isRepeated = pending !== null;
    pending ??= take();
    if (pending === null) return;
    const outcome = await send(pending).catch(() => "unavailable" as const);
    if (outcome === "unavailable") return;
    pending = null;
    if (isRepeated) await report();
  }

  /** Reports now what was not reported yet; nothing when there is none. */
  function flush(): Promise<void> {
    sending ??= report().finally(() => sending = null);
    return sending;
  }

  return {
    count: (name: CounterName, labels: Labels = {}, by = 1): void => adder(name, labels)(by),
    /** Adds a value to a histogram; times are in seconds. */
    observe: (name: HistogramName, value: number, labels?: Labels): void => histogram(name, labels)(value),
    /** What counts in one series: who counts in it often finds it once. */
    counter: (name: CounterName, labels: Labels = {}) => adder(name, labels),
    histogram,
    /** Asks a collector at each report. */
    collect: (collector: Collector): void => void collectors.push(collector),
    flush,
  };
}

export type OnAnswer = (answer: { status: number; milliseconds: number }) => void;

export function countRequests(metrics: Metrics): OnAnswer {
  const seriesOf = (status: number) => {
    const labels = { status: String(status) };
    return {
      count: metrics.counter("http_requests_total", labels),
      observe: metrics.histogram("http_request_duration_seconds", labels),
    };
  };
  const known = new Map<number, ReturnType<typeof seriesOf>>();
  return ({ status, milliseconds }) => {
    const series = known.get(status) ?? seriesOf(status);
    known.set(status, series);
    series.count();
    series.observe(milliseconds / 1_000);
  };
}
