import { LRUCache } from "./lru.ts";
import type { Epoch, Tokens } from "./epochs.ts";

/** A value in memory. */
export interface Entry {
  /** Frozen; null for what is known not to exist. */
  value: unknown;
  /** Characters of its JSON. */
  size: number;
  version: number | null;
  epochs: readonly Epoch[];
  /** The tokens that the value was stored under: it is void once the epochs have others. */
  tokens: Tokens;
  /** False for what no other isolate can change. */
  coherent: boolean;
  /** Until when it is known to be no older than the bound: since it was loaded, or since its epochs were checked. */
  trustedUntil: number;
  /** When its time to live ends. */
  expiresAt: number;
  /** Until when it may stand in for a loader that fails. */
  staleUntil: number;
  /** The epochs' generation at which its tokens were last found to be the present ones. */
  generation: number;
}

export interface MemoryOptions {
  /** Entries at most. */
  entries: number;
  /** Bytes at most, keys included. */
  bytes: number;
}

/** What an entry costs besides its key and its value, in bytes: the entry itself, list links, tokens. */
const OVERHEAD = 256;

/** The layer in memory: least recently used out first, bounded by entries and by bytes. */
export class Memory {
  #lru: LRUCache<string, Entry>;
  /** Entries that had to go to make room. */
  evictions = 0;

  constructor({ entries, bytes }: MemoryOptions) {
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

  get = (key: string): Entry | undefined => this.#lru.get(key);
  peek = (key: string): Entry | undefined => this.#lru.peek(key);
  set = (key: string, entry: Entry): void => void this.#lru.set(key, entry);
  delete = (key: string): void => void this.#lru.delete(key);

  get entries(): number {
    return this.#lru.size;
  }

  get bytes(): number {
    return this.#lru.calculatedSize;
  }

  /** Drops what can no longer be of use. */
  sweep(now: number): void {
    for (const [key, entry] of this.#lru.entries()) {
      if (entry.staleUntil <= now) this.#lru.delete(key);
    }
  }
}
