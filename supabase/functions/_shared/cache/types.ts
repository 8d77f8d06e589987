import type { Log } from "../observability/log.ts";
import type { BreakerState } from "./breaker.ts";
import type { Environment } from "./environment.ts";
import type { MemoryOptions } from "./memory.ts";
import type { SendCommands } from "./redis-client.ts";

/** Makes a value that is not cached. null or undefined: there is none, which is cached too, for a shorter time. */
export type Loader<T> = () => Promise<T> | T;

/** A value and where it came from: memory, Redis, or its loader. `stale`: it stands in for a loader that failed. */
export interface Found<T> {
  value: T;
  layer: "l1" | "l2" | "load";
  stale: boolean;
}

export interface SetOptions {
  /** The row's version, a whole number: an older one never replaces a newer one. */
  version?: number | null;
  /** False for what no other isolate can change: kept in this isolate's memory only, to its time to live. */
  coherent?: boolean;
}

export interface WrapOptions<T> {
  /** Seconds to live, in Redis; in memory at most 60. Default 60; jitter takes off up to a tenth. */
  ttl?: number;
  /** Seconds that "there is none" lives. Default 5, at most `ttl`. */
  negativeTtl?: number;
  /** Seconds past its time that a value may stand in when its loader fails, or takes more than a second. Default 0. */
  staleIfError?: number;
  /** The version of a loaded value; null when it has none. */
  version?: (value: NonNullable<T>) => number | null;
  /** False for what no other isolate can change: kept in this isolate's memory only, to its time to live. */
  coherent?: boolean;
}

/** Counts since the isolate began. */
export interface CacheStats {
  hits: { l1: number; l2: number };
  misses: number;
  loads: number;
  /** Callers that shared a load. */
  shared: number;
  /** Values served past their time because the loader failed. */
  stale: number;
  /** Loads whose result was not kept, since something changed meanwhile. */
  voided: number;
  /** Writes and loads that met a newer version. */
  refused: number;
  entries: number;
  /** Memory used, about. */
  bytes: number;
  evictions: number;
  /** Commands sent, calls without a good answer, and the circuit breaker's state; `none` without Redis. */
  redis: { commands: number; errors: number; breaker: BreakerState | "none" };
}

/** The methods that work on keys, for keys under one name and values of one type. */
export interface CacheNamespace<T> {
  /** The value; undefined when there is none, null when it is known not to exist. Frozen. */
  get(key: string): Promise<T | undefined>;
  /** See {@link Cache.set}. */
  set(key: string, value: T, ttlSeconds?: number, options?: SetOptions): Promise<boolean>;
  /** See {@link Cache.wrap}. */
  wrap(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<T>;
  /** See {@link Cache.lookup}. */
  lookup(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<Found<T>>;
  delete(key: string): Promise<boolean>;
  invalidatePattern(pattern: string): Promise<boolean>;
}

/** The cache. Everything but wrong use ({@link CacheError}) and what a loader throws is dealt with inside. */
export interface Cache {
  /**
   * The value from memory or Redis; undefined when neither has it, null when it is known not to exist. It is frozen.
   * What a value was set to here is forgotten after the bound while Redis is away: nobody could tell whether another
   * isolate changed it. `wrap` then loads again; `coherent: false` is for values that no other isolate changes.
   */
  get<T>(key: string): Promise<T | undefined>;
  /**
   * Stores plain JSON in both layers, and voids what other isolates hold. Resolves once Redis was told, or could not be.
   *
   * @param ttlSeconds seconds to live, up to six hours (in memory at most 60); 60 when left out
   * @returns false when a newer version was there, and nothing was stored
   * @throws CacheError invalid_key, invalid_ttl, invalid_version, unserializable_value, value_too_large
   */
  set(key: string, value: unknown, ttlSeconds?: number, options?: SetOptions): Promise<boolean>;
  /**
   * The value from memory, from Redis, or from `loader`, which runs once however many ask at the same time. It is frozen.
   *
   * @throws what the loader throws; CacheError as `set` does
   */
  wrap<T>(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<T>;
  /** As `wrap`, and says where the value came from. */
  lookup<T>(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<Found<T>>;
  /**
   * Voids a key: here at once, in other isolates within the bound. A load under way is not kept. One Redis command.
   *
   * @returns false when Redis has not taken it (it is told again): others may see the old value to its time to live
   */
  delete(key: string): Promise<boolean>;
  /**
   * Voids every key that the pattern matches (`*`: any text), in one Redis command whatever their number. `a:b:*` is
   * exact down to three levels; a pattern that does not end in `:*` may void more: all under its last literal colon.
   *
   * @returns as `delete`
   * @throws CacheError invalid_pattern
   */
  invalidatePattern(pattern: string): Promise<boolean>;
  /** The cache for keys that begin with `name:`, with values of one type. */
  namespace<T>(name: string): CacheNamespace<T>;
  getStats(): CacheStats;
  /** Cancels its timers. */
  close(): void;
}

export interface CacheOptions
  extends Partial<Pick<Environment, "now" | "wall" | "random" | "later" | "background">> {
  /** The way to Redis; null or left out: memory only. */
  send?: SendCommands | null;
  log?: Log;
  /** What its keys in Redis begin with. */
  prefix?: string;
  /** Milliseconds that a value may be older than an announced change. */
  boundMs?: number;
  /** Milliseconds that `send` takes at most. */
  deadlineMs?: number;
  memory?: Partial<MemoryOptions>;
}
