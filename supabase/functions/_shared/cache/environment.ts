/** What the parts of a cache share: clocks, names, and the runtime's own services. */
export interface Environment {
  /** Milliseconds on a clock that only moves forward. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  /** From 0 to 1. */
  random(): number;
  /** Calls `run` in so many milliseconds without keeping the isolate alive; answers how to cancel that. */
  later(milliseconds: number, run: () => void): () => void;
  /** Keeps the isolate alive until the work is done, where the runtime can. */
  background(work: Promise<unknown>): void;
  /** Milliseconds for which what was found to be present counts as present: the bound, less Redis's deadline. */
  trustMs: number;
  /** Milliseconds that Redis gets for whatever somebody waits for. */
  deadlineMs: number;
  /** Names in Redis. */
  epochKey(name: string): string;
  valueKey(key: string): string;
}

/** What `work` comes to; rejects with a TimeoutError when that takes longer. The work itself goes on. */
export function within<T>(
  { later }: Pick<Environment, "later">,
  milliseconds: number,
  work: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = later(
      Math.max(milliseconds, 0),
      () => reject(new DOMException("timed out", "TimeoutError")),
    );
    work.then(resolve, reject).finally(cancel);
  });
}
