import type { Log } from "../observability/log.ts";
import type { Collector } from "../observability/metrics.ts";
import { orTimeout } from "../time/later.ts";
import { Changes, DONE, type NewFill, type Outcome, OWED } from "./changes.ts";
import { Checks } from "./checks.ts";
import { checkKey, type Epoch, epochOfPattern, EpochTable, tokensOf } from "./epochs.ts";
import { Loads } from "./loads.ts";
import { Memory, type MemoryOptions } from "./memory.ts";
import { CacheError, checkVersion, lifetime, settingsOf } from "./options.ts";
import type { Found, Loader, SetOptions, SettingOptions, WrapOptions } from "./options.ts";
import { Link, type SendCommands } from "./redis.ts";
import { encode } from "./values.ts";

/** Largest value that `set` takes, in characters of JSON: a request to Upstash holds a megabyte. */
const LARGEST_VALUE = 900_000;

export interface CacheOptions extends SettingOptions {
  /** The way to Redis; null or left out: memory only. */
  send?: SendCommands | null;
  log?: Log;
  memory?: Partial<MemoryOptions>;
}

export type Cache = ReturnType<typeof createCache>;

/**
 * A cache in two layers: this isolate's memory, then Redis, then whatever loads the value.
 *
 * **The bound.** A value is served only while it is confirmed: for `boundMs - deadlineMs` (1,000 - 150) after its load
 * began, or after Redis confirmed that no epoch above it changed. A change reaches Redis within the deadline. So nobody, in
 * any isolate, is served what is older than the bound, as long as a change is made here and Redis takes it. Without
 * Redis the memory layer alone keeps the same bound, by loading again. A change that is not made here, or that is lost
 * with its isolate, shows when the value's time to live ends.
 *
 * **The cost**, in Redis commands: a change one, two when an answer is lost; the reads of an isolate together one in
 * `boundMs - deadlineMs`, and one for each key that is asked for and not in memory; an idle isolate none.
 *
 * Everything but wrong use ({@link CacheError}) and what a loader throws is dealt with inside.
 */
export function createCache({ send = null, log = () => {}, memory: limits, ...options }: CacheOptions = {}) {
  const settings = settingsOf(options);
  const table = new EpochTable(settings.now);
  const memory = new Memory(table, settings, { entries: 2_000, bytes: 16_000_000, ...limits });
  const link = send && new Link(send, settings, log);
  const checks = link && new Checks(link, table, settings);
  const changes = new Changes(link, table, settings);
  const loads = new Loads(memory, table, checks, settings);

  function refuse(): false {
    loads.counts.refused++;
    return false;
  }

  /** Changes an epoch, and waits no longer for Redis than three calls of it take. */
  function change(epoch: Epoch, fill?: NewFill): Promise<Outcome> {
    // An isolate that only books keeps no values, but an epoch for every account that it books for.
    memory.scheduleSweep();
    const outcome = orTimeout(changes.change(epoch, fill), 3 * settings.deadlineMs, settings.later);
    loads.unshare(epoch);
    return outcome.catch(() => OWED);
  }

  const cache = {
    /**
     * The value from memory or Redis; undefined when neither has it, null when it is known not to exist. It is frozen.
     * What a value was set to here is forgotten after the bound while Redis is away: nobody could tell whether another
     * isolate changed it. `wrap` then loads again; `coherent: false` is for values that no other isolate changes.
     */
    get<T>(key: string): Promise<T | undefined> {
      const entry = memory.serve(key);
      if (entry !== undefined) return Promise.resolve(entry.value as T);
      return loads.read<T>(key).then((found) => found?.value);
    },

    /**
     * The value from memory, from Redis, or from `loader`, which runs once however many ask at the same time. It is frozen.
     *
     * @throws what the loader throws; CacheError as `set` does
     */
    wrap<T>(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<T> {
      const entry = memory.serve(key);
      if (entry !== undefined) return Promise.resolve(entry.value as T);
      return loads.load(key, loader, options).then(({ value }) => value);
    },

    /** As `wrap`, and says where the value came from. */
    lookup<T>(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<Found<T>> {
      const entry = memory.serve(key);
      if (entry !== undefined) return Promise.resolve({ value: entry.value as T, layer: "l1", stale: false });
      return loads.load(key, loader, options);
    },

    /**
     * Stores plain JSON in both layers, and voids what other isolates hold. Resolves once Redis has it, or could not be asked.
     *
     * @param ttlSeconds seconds to live, up to six hours (in memory at most 60); 60 when left out
     * @returns false when a newer version was there, and nothing was stored
     * @throws CacheError invalid_key, invalid_ttl, invalid_version, unserializable_value, value_too_large
     */
    async set(
      key: string,
      given: unknown,
      ttlSeconds?: number,
      { version = null, coherent = true }: SetOptions = {},
    ): Promise<boolean> {
      checkKey(key);
      const ttlMs = lifetime(ttlSeconds, settings.random);
      checkVersion(version);
      const encoded = encode(given, LARGEST_VALUE);
      const epochs = table.of(key);
      const [own = table.root] = epochs.slice(-1);
      const from = settings.now();
      const fill = { ...encoded, key, version, coherent, epochs, ttlMs, staleMs: 0, from };
      if (memory.hasNewer(key, epochs, version)) return refuse();
      // Change the epoch, then fill: Redis does both at one stroke.
      const changed = coherent ? change(own, fill) : DONE;
      if (!coherent) loads.unshare(own);
      const tokens = tokensOf(epochs);
      const entry = memory.fill({ ...fill, tokens });
      const { kind, token } = await changed;
      if (kind === "refused") {
        memory.undo(key, entry);
        return refuse();
      }
      if (token !== null) entry.tokens = [...tokens.slice(0, -1), token];
      return true;
    },

    /**
     * Voids a key: here at once, in other isolates within the bound. A load under way is not kept. One Redis command.
     *
     * @returns false when Redis has not taken it (it is sent again): others may see the old value to its time to live
     */
    async delete(key: string): Promise<boolean> {
      checkKey(key);
      memory.drop(key);
      return (await change(table.named(key))).kind === "done";
    },

    /**
     * Voids every key that the pattern matches (`*`: any text), in one Redis command whatever their number. `a:b:*` is
     * exact down to three levels; a pattern that does not end in `:*` may void more: all under its last literal colon.
     *
     * @returns as `delete`
     * @throws CacheError invalid_pattern
     */
    async invalidatePattern(pattern: string): Promise<boolean> {
      return (await change(table.named(epochOfPattern(pattern)))).kind === "done";
    },

    /** The cache for keys that begin with `name:`, with values of one type. */
    namespace<T>(name: string) {
      if (!/^[\w.-]{1,64}$/.test(name)) {
        throw new CacheError("invalid_key", "a namespace must be 1 to 64 letters, digits or _ . -");
      }
      const full = (key: string) => {
        // An empty key is refused as the cache refuses it: behind a name it would pass.
        if (typeof key !== "string" || key === "") checkKey(key);
        return `${name}:${key}`;
      };
      // Async functions: what a wrong key throws arrives as a rejection, as with the cache itself.
      return {
        get: async (key: string) => await cache.get<T>(full(key)),
        set: async (key: string, value: T, ttlSeconds?: number, options?: SetOptions) =>
          await cache.set(full(key), value, ttlSeconds, options),
        wrap: async (key: string, loader: Loader<T>, options?: WrapOptions<T>) =>
          await cache.wrap(full(key), loader, options),
        lookup: async (key: string, loader: Loader<T>, options?: WrapOptions<T>) =>
          await cache.lookup(full(key), loader, options),
        delete: async (key: string) => await cache.delete(full(key)),
        invalidatePattern: async (pattern: string) => await cache.invalidatePattern(full(pattern)),
      };
    },

    /** Counts since the isolate began, and what it has now. */
    getStats() {
      const { usage, evictions, hits } = memory;
      const { commands = 0, errors = 0, breaker } = link ?? {};
      return {
        hits: { l1: hits, l2: loads.hits },
        ...loads.counts,
        ...usage,
        evictions,
        /** Commands sent, calls without a good answer, and the circuit breaker's state; `none` without Redis. */
        redis: { commands, errors, breaker: breaker?.state ?? "none" as const },
      };
    },

    /** Cancels its timers. */
    close(): void {
      memory.close();
      checks?.dropFills();
      changes.close();
    },
  };
  return cache;
}

const COUNTED = ["misses", "loads", "shared", "stale", "voided", "refused", "evictions"] as const;

export function cacheMetrics(cache: Pick<Cache, "getStats">): Collector {
  return ({ total, gauge }) => {
    const { hits, redis, ...stats } = cache.getStats();
    total("cache_hits_total", hits.l1, { layer: "l1" });
    total("cache_hits_total", hits.l2, { layer: "l2" });
    for (const what of COUNTED) total(`cache_${what}_total`, stats[what]);
    total("cache_redis_commands_total", redis.commands);
    total("cache_redis_errors_total", redis.errors);
    gauge("cache_entries", stats.entries);
    gauge("cache_bytes", stats.bytes);
    gauge("cache_breaker", 1, { state: redis.breaker });
  };
}
