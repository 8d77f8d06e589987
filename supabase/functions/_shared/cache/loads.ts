import { encode } from "./codec.ts";
import { type Environment, within } from "./environment.ts";
import { type Epoch, type EpochTable, sameTokens, type Tokens, tokensOf } from "./epochs.ts";
import { CacheError } from "./errors.ts";
import { checkKey, checkVersion } from "./keys.ts";
import type { Reads } from "./reads.ts";
import type { Store } from "./store.ts";
import type { Found, Loader } from "./types.ts";

/** Milliseconds that a loader gets when something may stand in for what it loads. */
const STAND_IN_AFTER = 1_000;

/** What `wrap` was told of a value, checked and in milliseconds. */
export interface Plan {
  ttlMs: number;
  negativeMs: number;
  staleMs: number;
  coherent: boolean;
  version: (value: unknown) => number | null;
}

/** One load under way, which those who ask for the same key meanwhile share. */
interface Flight {
  epochs: readonly Epoch[];
  /** Whoever comes later must not share it: what it reads would be older than the bound for them. */
  joinUntil: number;
  found: Promise<Found<unknown>>;
}

/** The state of things as a load began. */
interface Departure {
  from: number;
  epochs: readonly Epoch[];
  tokens: Tokens;
}

/** Loads what neither layer has, once for all who ask, and keeps it unless something changed meanwhile. */
export class Loads {
  readonly counts = { misses: 0, loads: 0, shared: 0, stale: 0, voided: 0, refused: 0 };
  #flights = new Map<string, Flight>();

  constructor(
    private readonly store: Store,
    private readonly table: EpochTable,
    private readonly reads: Reads | null,
    private readonly environment: Environment,
  ) {}

  find(key: string, loader: Loader<unknown>, plan: () => Plan): Promise<Found<unknown>> {
    const flying = this.#flights.get(key);
    if (flying !== undefined && this.environment.now() < flying.joinUntil) {
      this.counts.shared++;
      return flying.found;
    }
    try {
      checkKey(key);
      return this.#takeOff(key, loader, plan());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #takeOff(key: string, loader: Loader<unknown>, plan: Plan): Promise<Found<unknown>> {
    const found = Promise.withResolvers<Found<unknown>>();
    const flight: Flight = { epochs: this.table.of(key), joinUntil: Infinity, found: found.promise };
    this.#flights.set(key, flight);
    this.#fly(key, flight, loader, plan).then(found.resolve, found.reject).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    return flight.found;
  }

  async #fly(key: string, flight: Flight, loader: Loader<unknown>, plan: Plan): Promise<Found<unknown>> {
    const { epochs } = flight;
    const cached = plan.coherent ? await this.store.find(key, epochs, true) : null;
    if (cached !== null) return cached;
    this.counts.misses++;
    this.counts.loads++;
    const from = this.environment.now();
    flight.joinUntil = from + this.environment.trustMs;
    const departure = { from, epochs, tokens: tokensOf(epochs) };
    const landed = (async () => this.#land(key, await loader(), departure, plan))();
    try {
      if (this.store.standIn(key, plan.staleMs) === null) return await landed;
      return await within(this.environment, STAND_IN_AFTER, landed);
    } catch (error) {
      const entry = error instanceof CacheError ? null : this.store.standIn(key, plan.staleMs);
      if (entry === null) throw error;
      // A load that is late is kept when it is there.
      this.environment.background(landed);
      this.counts.stale++;
      return { value: entry.value, layer: "l1", stale: true };
    }
  }

  #land(key: string, loaded: unknown, { from, epochs, tokens }: Departure, plan: Plan): Found<unknown> {
    const { value, json } = encode(loaded);
    const version = value === null ? null : plan.version(value);
    if (version !== null) checkVersion(version);
    if (!sameTokens(epochs, tokens)) {
      this.counts.voided++;
    } else if (this.store.hasNewer(key, epochs, version)) {
      this.counts.refused++;
      const newer = this.store.hot(key);
      if (newer !== undefined) return { value: newer.value, layer: "l1", stale: false };
    } else {
      const { coherent, staleMs } = plan;
      // It lives from when its load began: that is how old it may be.
      const ttlMs = (value === null ? plan.negativeMs : plan.ttlMs) - (this.environment.now() - from);
      this.store.keep(key, {
        value,
        size: json.length,
        version,
        coherent,
        epochs,
        tokens,
        ttlMs,
        staleMs,
        from,
      });
      const expiresAt = Math.round(this.environment.wall() + ttlMs);
      if (coherent) this.reads?.fill(key, { json, version, epochs, tokens, expiresAt });
    }
    return { value, layer: "load", stale: false };
  }

  /** Something changed: whoever asks from now on must not share a load that began before. */
  ground(changed: Epoch): void {
    for (const [key, { epochs }] of this.#flights) {
      if (epochs.some(({ name }) => name === changed.name)) this.#flights.delete(key);
    }
  }
}
