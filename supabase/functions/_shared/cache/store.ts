import { decode, joinTokens, readEnvelope } from "./codec.ts";
import type { Environment } from "./environment.ts";
import { confirmedUntil, type Epoch, type EpochTable, sameTokens, tokensOf } from "./epochs.ts";
import type { Entry, Memory } from "./memory.ts";
import type { Reads } from "./reads.ts";
import type { Found } from "./types.ts";

/** Seconds that a value lives in memory at most. */
const LONGEST_IN_MEMORY = 60;
/** Milliseconds between two cleanings. */
const SWEEP_MS = 30_000;

/** What is to be kept in memory, and for how many milliseconds. */
export interface Keep extends Pick<Entry, "value" | "size" | "version" | "epochs" | "tokens" | "coherent"> {
  ttlMs: number;
  /** Milliseconds past its time that it may stand in for a loader that fails. */
  staleMs: number;
  /** When it was known to be present: as its load began, or as Redis was asked. */
  from: number;
}

/** Both layers as a reader sees them: what may be served, and nothing else. */
export class Store {
  readonly hits = { l1: 0, l2: 0 };
  #cancelSweep: (() => void) | null = null;

  constructor(
    private readonly memory: Memory,
    private readonly table: EpochTable,
    private readonly reads: Reads | null,
    private readonly environment: Environment,
  ) {}

  /** The entry of a key if it may be served as it is: the way of nearly every read. */
  hot(key: string): Entry | undefined {
    const entry = this.memory.get(key);
    if (entry === undefined || !this.#isGood(entry, this.environment.now())) return undefined;
    this.hits.l1++;
    return entry;
  }

  #isGood(entry: Entry, now: number): boolean {
    if (now >= entry.expiresAt || !this.#isCurrent(entry)) return false;
    if (!entry.coherent || now < entry.trustedUntil) return true;
    const until = confirmedUntil(entry.epochs);
    if (now >= until) return false;
    this.table.use(entry.epochs);
    entry.trustedUntil = until;
    return true;
  }

  /** True unless something changed above the entry since it was stored. */
  #isCurrent(entry: Entry): boolean {
    if (entry.generation === this.table.generation) return true;
    if (!sameTokens(entry.epochs, entry.tokens)) return false;
    entry.generation = this.table.generation;
    return true;
  }

  /**
   * A value from memory, once its epochs are confirmed, or from Redis: one command for either. Null when neither has it.
   *
   * @param loadable the value can be loaded: when there is one in memory, Redis is not asked for its text as well
   */
  async find(key: string, epochs: readonly Epoch[], loadable: boolean): Promise<Found<unknown> | null> {
    if (this.reads === null) return null;
    const entry = loadable ? this.memory.peek(key) : undefined;
    const now = this.environment.now();
    // Redis was asked within the interval, and what is here has changed or ended: a load costs less than to ask again.
    if (entry !== undefined && now < Math.max(entry.trustedUntil, confirmedUntil(epochs))) return null;
    const usable = entry !== undefined && now < entry.expiresAt && this.#isCurrent(entry) &&
      !entry.tokens.includes(undefined);
    const checked = await this.reads.check(usable ? entry.epochs : epochs, usable ? null : key);
    const confirmed = this.hot(key);
    if (confirmed !== undefined) return { value: confirmed.value, layer: "l1", stale: false };
    return checked?.text ? this.#fromRedis(key, epochs, checked.text) : null;
  }

  #fromRedis(key: string, epochs: readonly Epoch[], text: string): Found<unknown> | null {
    const envelope = readEnvelope(text);
    const tokens = tokensOf(epochs);
    if (envelope === null || typeof tokens[0] !== "string" || envelope.tokens !== joinTokens(tokens)) {
      return null;
    }
    const { json, version } = envelope;
    const ttlMs = envelope.expiresAt - this.environment.wall();
    if (!(ttlMs > 0) || this.hasNewer(key, epochs, version)) return null;
    const value = decode(json);
    const from = confirmedUntil(epochs) - this.environment.trustMs;
    this.keep(key, {
      value,
      size: json.length,
      version,
      coherent: true,
      epochs,
      tokens,
      ttlMs,
      staleMs: 0,
      from,
    });
    this.hits.l2++;
    return { value, layer: "l2", stale: false };
  }

  keep(key: string, { ttlMs, staleMs, from, ...facts }: Keep): Entry {
    const expiresAt = this.environment.now() + Math.min(ttlMs, LONGEST_IN_MEMORY * 1_000);
    const entry: Entry = {
      ...facts,
      trustedUntil: from + this.environment.trustMs,
      expiresAt,
      staleUntil: expiresAt + staleMs,
      generation: -1,
    };
    this.memory.set(key, entry);
    this.scheduleSweep();
    return entry;
  }

  /**
   * True when memory has a newer version, good or deleted; not when everything above the key was declared changed since.
   */
  hasNewer(key: string, epochs: readonly Epoch[], version: number | null): boolean {
    if (version === null) return false;
    const entry = this.memory.peek(key);
    return entry !== undefined && entry.version !== null && entry.version > version &&
      sameTokens(epochs, entry.tokens, epochs.length - 1);
  }

  /** Drops a key; a versioned entry stays, void, so that an older write that comes late still meets a newer one. */
  drop(key: string): void {
    if (this.memory.peek(key)?.version === null) this.memory.delete(key);
  }

  /** Takes back what was kept, unless something else is there by now. */
  undo(key: string, entry: Entry): void {
    if (this.memory.peek(key) === entry) this.memory.delete(key);
  }

  /**
   * What may stand in for a loader that failed: what ran out of time, or was voided by a change above it; never what was
   * deleted or set itself.
   */
  standIn(key: string, staleMs: number): Entry | null {
    const entry = this.memory.peek(key);
    // The table's own epoch: it may have forgotten the one that an entry so old was stored under.
    if (entry === undefined || this.table.of(key).at(-1)?.token !== entry.tokens.at(-1)) return null;
    const until = Math.max(entry.staleUntil, entry.expiresAt + staleMs);
    return staleMs > 0 && this.environment.now() < until ? entry : null;
  }

  /** Cleans up while there is something to clean, and never keeps the isolate alive for it. */
  scheduleSweep(): void {
    this.#cancelSweep ??= this.environment.later(SWEEP_MS, () => {
      this.#cancelSweep = null;
      this.memory.sweep(this.environment.now());
      this.table.sweep();
      if (this.memory.entries + this.table.size > 0) this.scheduleSweep();
    });
  }

  close(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = null;
  }
}
