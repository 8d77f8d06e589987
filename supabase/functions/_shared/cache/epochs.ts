import { epochNames } from "./keys.ts";

/**
 * What this isolate knows of one epoch. Its token changes whenever something under it changes; a value is good as long
 * as the tokens it was stored under are the present ones.
 */
export interface Epoch {
  readonly name: string;
  /**
   * The present token; null when Redis has none, undefined while nobody asked. While a change of our own is on its way
   * to Redis, one that only this isolate knows: what is stored under it becomes void when the change has arrived, since
   * another isolate's change may have come in between.
   */
  token: string | null | undefined;
  /** Until when, on the isolate's clock, `token` counts as present. */
  confirmedUntil: number;
  /** Changes of this isolate that Redis has not acknowledged: until then what Redis says may be older. */
  unacknowledged: number;
  /** Checks that left before this number may have been overtaken, by a later check or by a change of our own. */
  barrier: number;
}

/** The tokens of a key's epochs at one moment, from the whole cache's to the key's own. */
export type Tokens = readonly Epoch["token"][];

/** Epochs that nobody asked about for so long are forgotten, in milliseconds: longer than any value lives in memory. */
const FORGET_AFTER = 120_000;

/** The epochs that this isolate has met, and when it heard of them last. */
export class EpochTable {
  #epochs = new Map<string, { epoch: Epoch; seenAt: number }>();
  /** Those that were relied on since the last check, which the next one asks for too. */
  #active = new Set<Epoch>();
  /** Counts checks and acknowledged changes, to tell which came first. */
  #clock = 0;
  /** Counts changes of tokens: an entry found good at this count is good while it stands. */
  generation = 0;

  constructor(private readonly now: () => number) {}

  /** The epoch of the whole cache. Redis always has a token for it; without one, Redis has forgotten everything. */
  get root(): Epoch {
    return this.named("");
  }

  /** How many epochs are known. */
  get size(): number {
    return this.#epochs.size;
  }

  named(name: string): Epoch {
    const found = this.#epochs.get(name);
    if (found !== undefined) {
      found.seenAt = this.now();
      return found.epoch;
    }
    const epoch: Epoch = { name, token: undefined, confirmedUntil: 0, unacknowledged: 0, barrier: 0 };
    this.#epochs.set(name, { epoch, seenAt: this.now() });
    return epoch;
  }

  /** The epochs of a key, from the whole cache's to its own. */
  of(key: string): Epoch[] {
    return epochNames(key).map((name) => this.named(name));
  }

  /** Marks epochs as relied on. */
  use(epochs: readonly Epoch[]): void {
    for (const epoch of epochs) this.#active.add(epoch);
  }

  /** The epochs relied on since the last check, at most `limit` of them; none is remembered afterwards. */
  takeActive(limit: number): Epoch[] {
    const taken = [...this.#active].slice(0, limit);
    this.#active.clear();
    return taken;
  }

  /** A number for a check that leaves now, to be given to {@link learn}. */
  tick(): number {
    return ++this.#clock;
  }

  /** What a check found in Redis, unless something later is known. */
  learn(epoch: Epoch, token: string | null, check: number, confirmedUntil: number): void {
    if (epoch.unacknowledged > 0 || check < epoch.barrier) return;
    epoch.barrier = check;
    this.#setToken(epoch, token);
    epoch.confirmedUntil = Math.max(epoch.confirmedUntil, confirmedUntil);
  }

  /** A change made here: everything under the epoch is void from now on. {@link acknowledge} must follow. */
  change(epoch: Epoch): void {
    this.#setToken(epoch, `~${++this.#clock}`);
    epoch.confirmedUntil = 0;
    epoch.unacknowledged++;
  }

  /**
   * Changes of ours have arrived, or need not. Checks under way may have been answered before, and are not believed.
   *
   * @param token what Redis has since then, when that is known, and until when that counts as present
   */
  acknowledge(epoch: Epoch, changes: number, token: string | null, confirmedUntil: number): void {
    epoch.unacknowledged = Math.max(epoch.unacknowledged - changes, 0);
    epoch.barrier = ++this.#clock;
    if (epoch.unacknowledged > 0 || token === null) return;
    this.#setToken(epoch, token);
    epoch.confirmedUntil = confirmedUntil;
  }

  #setToken(epoch: Epoch, token: string | null): void {
    if (epoch.token === token) return;
    epoch.token = token;
    this.generation++;
  }

  /** Forgets epochs that nobody asked about for two minutes. */
  sweep(): void {
    const before = this.now() - FORGET_AFTER;
    for (const [name, { epoch, seenAt }] of this.#epochs) {
      if (seenAt < before && epoch.unacknowledged === 0) this.#epochs.delete(name);
    }
  }
}

/** The present tokens of epochs. */
export const tokensOf = (epochs: readonly Epoch[]): Tokens => epochs.map(({ token }) => token);

/** True when the epochs still have these tokens. */
export function sameTokens(epochs: readonly Epoch[], tokens: Tokens, levels = epochs.length): boolean {
  for (let index = 0; index < levels; index++) {
    if (epochs[index]?.token !== tokens[index]) return false;
  }
  return true;
}

/** Until when all of the epochs are known to be present. */
export const confirmedUntil = (epochs: readonly Epoch[]): number =>
  epochs.reduce((until, epoch) => Math.min(until, epoch.confirmedUntil), Infinity);
