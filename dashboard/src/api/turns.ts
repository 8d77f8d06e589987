/** Runs calls in the order in which they come, and no more than so many at a time. */
export function createTurns(
  most: number,
): <T>(call: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (call) => {
    // Who is through hands its place on: nobody who comes in this moment may take it first.
    if (running === most) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
