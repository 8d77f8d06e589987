import { LRUCache } from "../runtime/lru.ts";
import { confirmedUntil, type Epoch, type EpochTable, sameTokens, type Tokens } from "./epochs.ts";
import type { Settings } from "./options.ts";

/** A value that the cache is filled with, in memory and in Redis. */
export interface Fill {
  key: string;
  /** Frozen; null for what is known not to exist. */
  value: unknown;
  json: string;
  version: number | null;
  /** False for what no other isolate can change. */
  coherent: boolean;
  epochs: readonly Epoch[];
  /** The tokens that it is stored under: it is void once the epochs have others. */
  tokens: Tokens;
  ttlMs: number;
  /** Milliseconds past its time that it may stand in for a loader that fails. */
  staleMs: number;
  /** When it was known to be present: as its load began, or as Redis was asked. */
  from: number;
}

export interface Entry extends Pick<Fill, "value" | "version" | "coherent" | "epochs" | "tokens"> {
  /** Characters of its JSON. */
  size: number;
  /** Until when it is known to be no older than the bound: since it was loaded, or since its epochs were checked. */
  confirmedUntil: number;
  expiresAt: number;
  /** Until when it may stand in for a loader that fails. */
  staleUntil: number;
  /** The epochs' generation at which its tokens were last found to be the present ones. */
  generation: number;
}

export interface MemoryOptions {
  entries: number;
  /** Bytes at most, keys included. */
  bytes: number;
}

/** What an entry costs besides its key and its value, in bytes: the entry itself, list links, tokens. */
const OVERHEAD = 256;
/** Milliseconds that a value lives in memory at most. */
const LONGEST_IN_MEMORY = 60_000;
const SWEEP_MS = 30_000;

/** The layer in memory: what may be served from it; least recently used out first, bounded by entries and by bytes. */
export class Memory {
  #lru: LRUCache<string, Entry>;
  #cancelSweep: (() => void) | null = null;
  hits = 0;
  evictions = 0;

  constructor(
    private readonly table: EpochTable,
    private readonly settings: Settings,
    { entries, bytes }: MemoryOptions,
  ) {
    this.#lru = new LRUCache({
      max: entries,
      maxSize: bytes,
      // An object takes about twice the bytes of its JSON.
      sizeCalculation: ({ size }, key) => OVERHEAD + key.length + 2 * size,
      dispose: (_, __, reason) => {
        if (reason === "evict") this.evictions++;
      },
    });
  }

  get usage(): MemoryOptions {
    return { entries: this.#lru.size, bytes: this.#lru.calculatedSize };
  }

  /** The entry of a key, good or not. */
  peek = (key: string): Entry | undefined => this.#lru.peek(key);

  /** The entry of a key if it may be served as it is: the way of nearly every read. */
  serve(key: string): Entry | undefined {
    const entry = this.#lru.get(key);
    if (entry === undefined || !this.#isGood(entry, this.settings.now())) return undefined;
    this.hits++;
    return entry;
  }

  #isGood(entry: Entry, now: number): boolean {
    if (now >= entry.expiresAt || !this.#isCurrent(entry)) return false;
    if (!entry.coherent || now < entry.confirmedUntil) return true;
    const until = confirmedUntil(entry.epochs);
    if (now >= until) return false;
    this.table.use(entry.epochs);
    entry.confirmedUntil = until;
    return true;
  }

  /** True unless something changed above the entry since it was stored. */
  #isCurrent(entry: Entry): boolean {
    if (entry.generation === this.table.generation) return true;
    if (!sameTokens(entry.epochs, entry.tokens)) return false;
    entry.generation = this.table.generation;
    return true;
  }

  /** True when all that an entry needs to be served is that Redis confirms its epochs. */
  isConfirmable = (entry: Entry): boolean =>
    this.settings.now() < entry.expiresAt && this.#isCurrent(entry) && !entry.tokens.includes(undefined);

  fill({ key, json, ttlMs, staleMs, from, ...facts }: Fill): Entry {
    const expiresAt = this.settings.now() + Math.min(ttlMs, LONGEST_IN_MEMORY);
    const entry: Entry = {
      ...facts,
      size: json.length,
      confirmedUntil: from + this.settings.confirmedMs,
      expiresAt,
      staleUntil: expiresAt + staleMs,
      generation: -1,
    };
    this.#lru.set(key, entry);
    this.scheduleSweep();
    return entry;
  }

  /** True when a newer version is here, good or deleted; not when everything above the key was changed since. */
  hasNewer(key: string, epochs: readonly Epoch[], version: number | null): boolean {
    if (version === null) return false;
    const entry = this.peek(key);
    return entry !== undefined && entry.version !== null && entry.version > version &&
      sameTokens(epochs, entry.tokens, epochs.length - 1);
  }

  /** Drops a key; a versioned entry stays, void, so that an older write that comes late still meets a newer one. */
  drop(key: string): void {
    if (this.peek(key)?.version === null) this.#lru.delete(key);
  }

  /** Takes back what was filled in, unless something else is there by now. */
  undo(key: string, entry: Entry): void {
    if (this.peek(key) === entry) this.#lru.delete(key);
  }

  /**
   * What may stand in for a loader that failed: what ran out of time, or was voided by a change above it; never what was
   * deleted or set itself.
   */
  standIn(key: string, staleMs: number): Entry | null {
    const entry = this.peek(key);
    // The table's own epoch: it may have forgotten the one that an entry so old was stored under.
    if (entry === undefined || this.table.of(key).at(-1)?.token !== entry.tokens.at(-1)) return null;
    const until = Math.max(entry.staleUntil, entry.expiresAt + staleMs);
    return staleMs > 0 && this.settings.now() < until ? entry : null;
  }

  /** Cleans up while there is something to clean, and never keeps the isolate alive for it. */
  scheduleSweep(): void {
    this.#cancelSweep ??= this.settings.later(SWEEP_MS, () => {
      this.#cancelSweep = null;
      const now = this.settings.now();
      for (const [key, { staleUntil }] of this.#lru.entries()) if (staleUntil <= now) this.#lru.delete(key);
      if (this.table.sweep() + this.#lru.size > 0) this.scheduleSweep();
    });
  }

  close(): void {
    this.#cancelSweep?.();
    this.#cancelSweep = null;
  }
}
