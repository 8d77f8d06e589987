import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import type { World } from "./world.ts";

/** A versioned row as the tests cache it: its value is its version. */
export interface Row {
  version: number;
}

/** What a schedule does to the cache of one isolate. */
export interface Isolate {
  read(key: string, load: () => Promise<Row>): Promise<Row>;
  /** Tells that the key changed. */
  change(key: string): Promise<unknown>;
  /** Writes a row through. */
  write(key: string, row: Row): Promise<unknown>;
}

/** Isolates that share a Redis; `ttl` in seconds. */
export type Subject = (world: World, count: number, ttl: number) => Isolate[];

/** Ours: two layers over a Redis whose messages take the world's passage. */
export const ours: Subject = (world, count, ttl) =>
  Array.from({ length: count }, () => {
    const cache = world.cache();
    return {
      read: (key, load) => cache.wrap(key, load, { ttl, version: ({ version }) => version }),
      change: (key) => cache.delete(key),
      write: (key, row) => cache.set(key, row, ttl, { version: row.version }),
    };
  });

/**
 * Bentocache: two layers, and the bus that an edge function does not have (nothing there can hold a subscription). Its
 * Redis and its bus answer at once; a passage that loses a request fails the one call of Redis.
 */
export const bento: Subject = (world, count, ttl) => {
  const values = new Map<string, string>();
  const listeners = new Set<(message: unknown) => void>();
  const pass = () => {
    if (world.passage().lost !== undefined) throw new Error("lost");
  };
  const driver = {
    type: "l2" as const,
    namespace: () => driver,
    get: (key: string) => Promise.resolve(values.get(key)),
    pull: (key: string) => Promise.resolve(values.get(key)),
    set: (key: string, value: string) => Promise.resolve(void values.set(key, value)).then(() => true),
    delete: async (key: string) => {
      await Promise.resolve();
      pass();
      return values.delete(key);
    },
    deleteMany: () => Promise.resolve(true),
    clear: () => Promise.resolve(values.clear()),
    disconnect: () => Promise.resolve(),
  };
  const bus = () => {
    let mine: ((message: unknown) => void) | null = null;
    return {
      setId() {
        return this;
      },
      subscribe: (_: string, listener: (message: unknown) => void) => {
        listeners.add(mine = listener);
        return Promise.resolve();
      },
      publish: (_: string, message: unknown) => {
        for (const listener of listeners) if (listener !== mine) listener(message);
        return Promise.resolve();
      },
      unsubscribe: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      onReconnect() {},
    };
  };
  return Array.from({ length: count }, () => {
    const cache = new BentoCache({
      default: "two",
      stores: {
        two: bentostore()
          .useL1Layer(memoryDriver({ maxItems: 1_000 }))
          .useL2Layer({ options: {}, factory: () => driver } as never)
          .useBus({ options: {}, factory: () => bus() } as never),
      },
    });
    return {
      read: (key, load) => cache.getOrSet({ key, factory: load, ttl: ttl * 1_000 }),
      change: (key) => cache.delete({ key }),
      write: (key, row) => cache.set({ key, value: row, ttl: ttl * 1_000 }),
    };
  });
};
