import { type Announced, Announcer } from "./announcer.ts";
import { encode } from "./codec.ts";
import { later } from "../time/later.ts";
import { type Environment, within } from "./environment.ts";
import { EpochTable, tokensOf } from "./epochs.ts";
import { CacheError } from "./errors.ts";
import { checkKey, checkTtl, checkVersion, epochOfPattern } from "./keys.ts";
import { Link } from "./link.ts";
import { Loads, type Plan } from "./loads.ts";
import { Memory } from "./memory.ts";
import { namespaced } from "./namespace.ts";
import { Reads } from "./reads.ts";
import { REDIS_DEADLINE } from "./redis-client.ts";
import { Store } from "./store.ts";
import type {
  Cache,
  CacheNamespace,
  CacheOptions,
  CacheStats,
  Found,
  Loader,
  SetOptions,
  WrapOptions,
} from "./types.ts";

const DONE: Announced = { outcome: "done", token: null };
const OWED: Announced = { outcome: "owed", token: null };

/** Seconds that a value lives, and that "there is none" lives, when nothing else is said. */
const DEFAULT_TTL = 60;
const DEFAULT_NEGATIVE_TTL = 5;
/** Share of a time to live that chance may take off, so that what was stored together does not end together. */
const JITTER = 0.1;
/** Largest value that `set` takes, in characters of JSON: a request to Upstash holds a megabyte. */
const LARGEST_VALUE = 900_000;

/**
 * A cache in two layers: this isolate's memory, then Redis, then whatever loads the value.
 *
 * **The bound.** A value is served only while it is known to be present: for `boundMs - deadlineMs` (1,000 - 150) after
 * its load began, or after Redis confirmed that nothing above it changed. A change reaches Redis within the deadline. So
 * nobody, in any isolate, is served what is older than the bound, as long as a change is announced here and Redis takes
 * it. Without Redis the memory layer alone keeps the same bound, by loading again. A change that nobody announces, or
 * whose announcement is lost with its isolate, shows when the value's time to live ends.
 *
 * **The cost**, in Redis commands: a change one, two when an answer is lost; the reads of an isolate together one in
 * `boundMs - deadlineMs`, and one for each key that is asked for and not in memory; an idle isolate none.
 */
export function createCache(options: CacheOptions = {}): Cache {
  return new TwoLayerCache(options);
}

class TwoLayerCache implements Cache {
  #environment: Environment;
  #table: EpochTable;
  #memory: Memory;
  #link: Link | null;
  #reads: Reads | null;
  #announcer: Announcer;
  #store: Store;
  #loads: Loads;

  constructor({ send = null, log = () => {}, memory, ...options }: CacheOptions) {
    const environment = environmentOf(options);
    const table = new EpochTable(environment.now);
    const link = send === null ? null : new Link(send, environment, log);
    this.#environment = environment;
    this.#table = table;
    this.#link = link;
    this.#memory = new Memory({ entries: 2_000, bytes: 16_000_000, ...memory });
    this.#announcer = new Announcer(link, table, environment);
    this.#reads = link === null ? null : new Reads(link, table, environment, () => this.#announcer.begin());
    this.#store = new Store(this.#memory, table, this.#reads, environment);
    this.#loads = new Loads(this.#store, table, this.#reads, environment);
  }

  get<T>(key: string): Promise<T | undefined> {
    const entry = this.#store.hot(key);
    if (entry !== undefined) return Promise.resolve(entry.value as T);
    return this.#getCold<T>(key);
  }

  async #getCold<T>(key: string): Promise<T | undefined> {
    checkKey(key);
    const found = await this.#store.find(key, this.#table.of(key), false);
    if (found === null) this.#loads.counts.misses++;
    return found?.value as T | undefined;
  }

  wrap<T>(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<T> {
    const entry = this.#store.hot(key);
    if (entry !== undefined) return Promise.resolve(entry.value as T);
    return this.#loads.find(key, loader, () => this.#plan(options)).then(({ value }) => value as T);
  }

  lookup<T>(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<Found<T>> {
    const entry = this.#store.hot(key);
    if (entry !== undefined) return Promise.resolve({ value: entry.value as T, layer: "l1", stale: false });
    return this.#loads.find(key, loader, () => this.#plan(options)) as Promise<Found<T>>;
  }

  #plan<T>(options: WrapOptions<T> = {}): Plan {
    const { ttl = DEFAULT_TTL, staleIfError = 0, coherent = true } = options;
    const { negativeTtl = Math.min(ttl, DEFAULT_NEGATIVE_TTL) } = options;
    checkTtl(ttl);
    checkTtl(negativeTtl);
    if (staleIfError !== 0) checkTtl(staleIfError);
    return {
      ttlMs: this.#jittered(ttl),
      negativeMs: this.#jittered(negativeTtl),
      staleMs: staleIfError * 1_000,
      coherent,
      version: (options.version ?? (() => null)) as Plan["version"],
    };
  }

  #jittered = (seconds: number): number => seconds * 1_000 * (1 - JITTER * this.#environment.random());

  async set(
    key: string,
    given: unknown,
    ttlSeconds = DEFAULT_TTL,
    { version = null, coherent = true }: SetOptions = {},
  ): Promise<boolean> {
    checkKey(key);
    checkTtl(ttlSeconds);
    if (version !== null) checkVersion(version);
    const { value, json } = encode(given);
    if (json.length > LARGEST_VALUE) {
      throw new CacheError(
        "value_too_large",
        `a cached value must have at most ${LARGEST_VALUE} characters of JSON`,
      );
    }
    const epochs = this.#table.of(key);
    if (this.#store.hasNewer(key, epochs, version)) return this.#refuse();
    const ttlMs = this.#jittered(ttlSeconds);
    const announced = coherent ? this.#announcer.put({ key, epochs, version, json, ttlMs }) : null;
    for (const epoch of epochs.slice(-1)) this.#loads.ground(epoch);
    const tokens = tokensOf(epochs);
    const from = this.#environment.now();
    const entry = this.#store.keep(
      key,
      { value, size: json.length, version, coherent, epochs, tokens, ttlMs, staleMs: 0, from },
    );
    const { outcome, token } = announced === null ? DONE : await this.#heard(announced);
    if (outcome === "refused") {
      this.#store.undo(key, entry);
      return this.#refuse();
    }
    // Redis stored it under this token, at one stroke: it is as good there as here.
    if (token !== null) entry.tokens = [...tokens.slice(0, -1), token];
    return true;
  }

  #refuse(): false {
    this.#loads.counts.refused++;
    return false;
  }

  async delete(key: string): Promise<boolean> {
    checkKey(key);
    this.#store.drop(key);
    return await this.#change(key);
  }

  async invalidatePattern(pattern: string): Promise<boolean> {
    return await this.#change(epochOfPattern(pattern));
  }

  async #change(name: string): Promise<boolean> {
    const epoch = this.#table.named(name);
    // An isolate that only books keeps no values, but an epoch for every account that it books for.
    this.#store.scheduleSweep();
    const announced = this.#announcer.bump(epoch);
    this.#loads.ground(epoch);
    return (await this.#heard(announced)).outcome === "done";
  }

  /** What became of an announcement, for a caller who waits no longer than two calls of Redis take. */
  #heard(announced: Promise<Announced>): Promise<Announced> {
    return within(this.#environment, 3 * this.#environment.deadlineMs, announced).catch(() => OWED);
  }

  namespace<T>(name: string): CacheNamespace<T> {
    return namespaced<T>(this, name);
  }

  getStats(): CacheStats {
    const { entries, bytes, evictions } = this.#memory;
    return {
      hits: { ...this.#store.hits },
      ...this.#loads.counts,
      entries,
      bytes,
      evictions,
      redis: {
        commands: this.#link?.commands ?? 0,
        errors: this.#link?.errors ?? 0,
        breaker: this.#link?.breaker.state ?? "none",
      },
    };
  }

  close(): void {
    this.#store.close();
    this.#reads?.close();
    this.#announcer.close();
  }
}

function environmentOf(options: Omit<CacheOptions, "send" | "log" | "memory">): Environment {
  const { boundMs = 1_000, deadlineMs = REDIS_DEADLINE, prefix = "sa" } = options;
  return {
    now: options.now ?? (() => performance.now()),
    wall: options.wall ?? (() => Date.now()),
    random: options.random ?? Math.random,
    later: options.later ?? later,
    background: options.background ?? ((work) => void work.catch(() => {})),
    trustMs: Math.max(boundMs - deadlineMs, 0),
    deadlineMs,
    epochKey: (name) => `${prefix}:e:${name}`,
    valueKey: (key) => `${prefix}:v:${key}`,
  };
}
