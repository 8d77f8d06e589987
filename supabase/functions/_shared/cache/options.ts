import { later } from "../time/later.ts";

/** Milliseconds that a caller waits for Redis. */
export const REDIS_DEADLINE = 150;
/** Longest time to live, in seconds. An epoch in Redis outlives by far every value that was stored under it. */
export const LONGEST_TTL = 6 * 3_600;
/** Seconds that a value lives, and that "there is none" lives, when nothing else is said. */
const DEFAULT_TTL = 60;
const DEFAULT_NEGATIVE_TTL = 5;
/** Share of a time to live that chance may take off, so that what was stored together does not end together. */
const JITTER = 0.1;

export type CacheErrorCode =
  | "invalid_key"
  | "invalid_pattern"
  | "invalid_ttl"
  | "invalid_version"
  | "unserializable_value"
  | "value_too_large";

/** The cache was used wrongly: a mistake in the calling code. What fails around the cache (Redis) is never thrown. */
export class CacheError extends Error {
  override readonly name = "CacheError";

  constructor(readonly code: CacheErrorCode, message: string) {
    super(message);
  }
}

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

export interface WrapOptions<T> extends Pick<SetOptions, "coherent"> {
  /** Seconds to live, in Redis; in memory at most 60. Default 60; jitter takes off up to a tenth. */
  ttl?: number;
  /** Seconds that "there is none" lives. Default 5, at most `ttl`. */
  negativeTtl?: number;
  /** Seconds past its time that a value may stand in when its loader fails, or takes more than a second. Default 0. */
  staleIfError?: number;
  /** The version of a loaded value; null when it has none. */
  version?: (value: NonNullable<T>) => number | null;
}

const DEFAULTS = {
  /** Milliseconds on a clock that only moves forward. */
  now: () => performance.now(),
  /** Milliseconds since 1970. */
  wall: () => Date.now(),
  /** From 0 to 1. */
  random: () => Math.random(),
  later,
  /** Keeps the isolate alive until the work is done, where the runtime can. */
  background: (work: Promise<unknown>): void => void work.catch(() => {}),
  /** Milliseconds that Redis gets for whatever somebody waits for. */
  deadlineMs: REDIS_DEADLINE,
};

/** What is other than usual; `prefix`: what its keys in Redis begin with. */
export type SettingOptions = Partial<typeof DEFAULTS> & { prefix?: string };

/** Milliseconds that a value may be older than a change that was made here. */
const boundMs = 1_000;

/** What the parts of a cache share: clocks, names, and the runtime's own services. */
export type Settings = ReturnType<typeof settingsOf>;

export function settingsOf({ prefix = "sa", ...given }: SettingOptions) {
  const known = { ...DEFAULTS, ...given };
  return {
    ...known,
    /** Milliseconds for which what is confirmed counts as confirmed: the bound, less Redis's deadline. */
    confirmedMs: Math.max(boundMs - known.deadlineMs, 0),
    /** Names in Redis. */
    epochKey: (name: string) => `${prefix}:e:${name}`,
    valueKey: (key: string) => `${prefix}:v:${key}`,
  };
}

/** How a loaded value is to be kept. */
export type Plan = ReturnType<typeof planOf>;

/** Options, checked and in milliseconds. @throws CacheError invalid_ttl */
export function planOf<T>(options: WrapOptions<T> = {}, { random }: Pick<Settings, "random">) {
  const { ttl = DEFAULT_TTL, staleIfError = 0, coherent = true, version = () => null } = options;
  const { negativeTtl = Math.min(ttl, DEFAULT_NEGATIVE_TTL) } = options;
  if (staleIfError !== 0) checkTtl(staleIfError);
  const [ttlMs, negativeMs] = [lifetime(ttl, random), lifetime(negativeTtl, random)];
  const versionOf = version as (value: unknown) => number | null;
  return { ttlMs, negativeMs, staleMs: staleIfError * 1_000, coherent, versionOf };
}

/** Milliseconds to live, of which chance has taken off up to a tenth. @throws CacheError invalid_ttl */
export function lifetime(seconds = DEFAULT_TTL, random: Settings["random"]): number {
  checkTtl(seconds);
  return seconds * 1_000 * (1 - JITTER * random());
}

/** @throws CacheError `invalid_ttl` unless it is more than 0 and at most six hours, in seconds */
function checkTtl(seconds: number): void {
  if (typeof seconds !== "number" || !(seconds > 0 && seconds <= LONGEST_TTL)) {
    throw new CacheError("invalid_ttl", `a time to live is more than 0 and at most ${LONGEST_TTL} seconds`);
  }
}

/** @throws CacheError `invalid_version` unless it is null or a whole number from 0 that a double holds exactly */
export function checkVersion(version: number | null): void {
  if (version !== null && (!Number.isSafeInteger(version) || version < 0)) {
    throw new CacheError("invalid_version", "a version must be a whole number from 0 to 2^53 - 1");
  }
}
