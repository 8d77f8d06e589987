/**
 * Time that a test moves: `Date.now`, `performance.now`, `setTimeout`, `clearTimeout` and `AbortSignal.timeout` stand
 * still until told.
 */
export interface FakeTime {
  /** Runs what becomes due within so many milliseconds, in order, and what follows from it. */
  advance(milliseconds: number): Promise<void>;
  /** How many timers are pending. */
  readonly pending: number;
}

/** Runs a test in time that stands still. Only code that looks the clock up while `body` runs is in it. */
export async function withFakeTime(body: (time: FakeTime) => Promise<void>): Promise<void> {
  const real = {
    now: Date.now,
    performance: performance.now,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    timeout: AbortSignal.timeout,
  };
  const start = 1_800_000_000_000;
  let now = start;
  let lastId = 0;
  const timers = new Map<number, { at: number; run: () => void }>();

  const later = (run: () => void, milliseconds = 0): number => {
    timers.set(++lastId, { at: now + Math.max(milliseconds, 0), run });
    return lastId;
  };
  // Not setImmediate: a turn by it takes more than a millisecond on Deno 2.1.4.
  const { port1, port2 } = new MessageChannel();
  const turn = () =>
    new Promise<void>((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  /** Lets every promise that can settle do so: turns of the real event loop come after all microtasks. */
  const settle = async () => {
    for (let nr = 0; nr < 3; nr++) await turn();
  };
  const next = (until: number) =>
    [...timers].filter(([, { at }]) => at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];

  Date.now = () => now;
  performance.now = () => now - start;
  globalThis.setTimeout = later as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((id: number) => void timers.delete(id)) as typeof clearTimeout;
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    later(() => controller.abort(new DOMException("timed out", "TimeoutError")), milliseconds);
    return controller.signal;
  };
  try {
    await body({
      async advance(milliseconds) {
        const until = now + milliseconds;
        await settle();
        for (let due = next(until); due !== undefined; due = next(until)) {
          const [id, { at, run }] = due;
          timers.delete(id);
          now = at;
          run();
          await settle();
        }
        now = until;
      },
      get pending() {
        return timers.size;
      },
    });
  } finally {
    port1.close();
    port2.close();
    Date.now = real.now;
    performance.now = real.performance;
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    AbortSignal.timeout = real.timeout;
  }
}
