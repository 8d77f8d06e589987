import { orTimeout } from "../time/later.ts";
import type { Checks } from "./checks.ts";
import { checkKey, confirmedUntil, type Epoch, type EpochTable, sameTokens, tokensOf } from "./epochs.ts";
import type { Entry, Fill, Memory } from "./memory.ts";
import { CacheError, checkVersion, planOf } from "./options.ts";
import type { Found, Loader, Plan, Settings, WrapOptions } from "./options.ts";
import { decode, encode, readEnvelope } from "./values.ts";

/** Milliseconds that a loader gets when something may stand in for what it loads. */
const STAND_IN_AFTER = 1_000;

/** One load under way, which those who ask for the same key meanwhile share. */
interface Load {
  epochs: readonly Epoch[];
  /** Whoever comes later must not share it: what it reads would be older than the bound for them. */
  sharedUntil: number;
  found: Promise<Found<unknown>>;
}

const inMemory = ({ value }: Entry, stale = false): Found<unknown> => ({ value, layer: "l1", stale });

/** What memory may not serve as it is: confirmed by Redis, read from it, or loaded once for all who ask. */
export class Loads {
  readonly counts = { misses: 0, loads: 0, shared: 0, stale: 0, voided: 0, refused: 0 };
  /** Values read from Redis. */
  hits = 0;
  #underWay = new Map<string, Load>();

  constructor(
    private readonly memory: Memory,
    private readonly table: EpochTable,
    private readonly checks: Checks | null,
    private readonly settings: Settings,
  ) {}

  /** A value from memory or Redis; null when neither has it. */
  async read<T>(key: string): Promise<Found<T> | null> {
    checkKey(key);
    const found = await this.#readRedis(key, this.table.of(key), false);
    if (found === null) this.counts.misses++;
    return found as Found<T> | null;
  }

  /** As `read`, or from `loader`. */
  async load<T>(key: string, loader: Loader<T>, options?: WrapOptions<T>): Promise<Found<T>> {
    const shared = this.#underWay.get(key);
    if (shared !== undefined && this.settings.now() < shared.sharedUntil) {
      this.counts.shared++;
      return await shared.found as Found<T>;
    }
    checkKey(key);
    const plan = planOf(options, this.settings);
    const load: Load = {
      epochs: this.table.of(key),
      sharedUntil: Infinity,
      found: Promise.resolve().then(() => this.#run(key, load, loader, plan)),
    };
    this.#underWay.set(key, load);
    try {
      return await load.found as Found<T>;
    } finally {
      if (this.#underWay.get(key) === load) this.#underWay.delete(key);
    }
  }

  async #run(key: string, load: Load, loader: Loader<unknown>, plan: Plan): Promise<Found<unknown>> {
    const { epochs } = load;
    const cached = plan.coherent ? await this.#readRedis(key, epochs, true) : null;
    if (cached !== null) return cached;
    this.counts.misses++;
    this.counts.loads++;
    const from = this.settings.now();
    load.sharedUntil = from + this.settings.confirmedMs;
    const tokens = tokensOf(epochs);
    const filled = (async () => this.#fill(await loader(), { key, epochs, tokens, from }, plan))();
    try {
      if (this.memory.standIn(key, plan.staleMs) === null) return await filled;
      return await orTimeout(filled, STAND_IN_AFTER, this.settings.later);
    } catch (error) {
      const entry = error instanceof CacheError ? null : this.memory.standIn(key, plan.staleMs);
      if (entry === null) throw error;
      // A load that is late is kept when it is there.
      this.settings.background(filled);
      this.counts.stale++;
      return inMemory(entry, true);
    }
  }

  /** Fills both layers with a loaded value, unless something changed since the load began. */
  #fill(
    loaded: unknown,
    begun: Pick<Fill, "key" | "epochs" | "tokens" | "from">,
    { ttlMs, negativeMs, staleMs, coherent, versionOf }: Plan,
  ): Found<unknown> {
    const { key, epochs, tokens, from } = begun;
    const { json, value } = encode(loaded);
    const version = value === null ? null : versionOf(value);
    checkVersion(version);
    const found: Found<unknown> = { value, layer: "load", stale: false };
    if (!sameTokens(epochs, tokens)) {
      this.counts.voided++;
      return found;
    }
    if (this.memory.hasNewer(key, epochs, version)) {
      this.counts.refused++;
      const newer = this.memory.serve(key);
      return newer === undefined ? found : inMemory(newer);
    }
    // It lives from when its load began: that is how old it may be.
    const left = (value === null ? negativeMs : ttlMs) - (this.settings.now() - from);
    const fill: Fill = { ...begun, json, value, version, coherent, ttlMs: left, staleMs };
    this.memory.fill(fill);
    if (coherent) this.checks?.fill(fill);
    return found;
  }

  /** An epoch changed: whoever asks from now on must not share a load that began before. */
  unshare(changed: Epoch): void {
    for (const [key, { epochs }] of this.#underWay) {
      if (epochs.some(({ name }) => name === changed.name)) this.#underWay.delete(key);
    }
  }

  /**
   * A value from memory, once its epochs are confirmed, or from Redis: one command for either. Null when neither has it.
   *
   * @param loadable the value can be loaded: when there is one in memory, Redis is not asked for its text as well
   */
  async #readRedis(key: string, epochs: readonly Epoch[], loadable: boolean): Promise<Found<unknown> | null> {
    if (this.checks === null) return null;
    const entry = loadable ? this.memory.peek(key) : undefined;
    const settled = Math.max(entry?.confirmedUntil ?? 0, confirmedUntil(epochs));
    // Redis was asked within the interval, and what is here has changed or ended: a load costs less than to ask again.
    if (entry !== undefined && this.settings.now() < settled) return null;
    const usable = entry !== undefined && this.memory.isConfirmable(entry);
    const text = await this.checks.check(usable ? entry.epochs : epochs, usable ? null : key);
    const confirmed = this.memory.serve(key);
    if (confirmed !== undefined) return inMemory(confirmed);
    return text === null ? null : this.#fillFromRedis(key, epochs, text);
  }

  #fillFromRedis(key: string, epochs: readonly Epoch[], text: string): Found<unknown> | null {
    const tokens = tokensOf(epochs);
    const envelope = readEnvelope(text, tokens);
    if (envelope === null || typeof tokens[0] !== "string") return null;
    const { json, version } = envelope;
    const ttlMs = envelope.expiresAt - this.settings.wall();
    if (!(ttlMs > 0) || this.memory.hasNewer(key, epochs, version)) return null;
    const value = decode(json);
    const from = confirmedUntil(epochs) - this.settings.confirmedMs;
    this.memory.fill({ key, value, json, version, coherent: true, epochs, tokens, ttlMs, staleMs: 0, from });
    this.hits++;
    return { value, layer: "l2", stale: false };
  }
}
