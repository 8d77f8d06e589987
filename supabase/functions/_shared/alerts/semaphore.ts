/** Lets so many through at a time; the others wait in order of arrival. */
export interface Semaphore {
  /** Resolves, once there is room, to what gives the place back. */
  acquire(): Promise<() => void>;
}

/** A semaphore with that many places. */
export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async acquire() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return release;
    },
  };
}
