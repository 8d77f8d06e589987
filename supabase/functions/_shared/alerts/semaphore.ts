/** Lets so many through at a time; the others wait in order of arrival. */
export interface Semaphore {
  /** Resolves, once there is room, to what gives the place back; to null when there is none within so many milliseconds. */
  acquire(withinMs?: number): Promise<(() => void) | null>;
}

export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting = new Set<() => void>();
  const release = () => {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  };
  return {
    acquire(withinMs) {
      if (free > 0) {
        free -= 1;
        return Promise.resolve(release);
      }
      return new Promise((resolve) => {
        const timer = withinMs === undefined ? undefined : setTimeout(() => leave(null), withinMs);
        const leave = (place: (() => void) | null) => {
          clearTimeout(timer);
          waiting.delete(enter);
          resolve(place);
        };
        const enter = () => leave(release);
        waiting.add(enter);
      });
    },
  };
}
