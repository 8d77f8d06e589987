import { CacheError } from "./options.ts";

/** Longest key, in bytes of UTF-8. */
const LONGEST_KEY = 1_024;
/** Levels of a key (`a:`, `a:b:`, `a:b:c:`) that have an epoch of their own. */
const LEVELS = 3;

const encoder = new TextEncoder();

/** @throws CacheError `invalid_key` unless it is 1 to 1,024 bytes without control characters */
export function checkKey(key: string): void {
  if (typeof key !== "string" || key === "") {
    throw new CacheError("invalid_key", "a cache key must be text that is not empty");
  }
  // A UTF-16 unit is at least one byte of UTF-8 and at most three: few keys need to be encoded.
  if (key.length > LONGEST_KEY || key.length * 3 > LONGEST_KEY && encoder.encode(key).length > LONGEST_KEY) {
    throw new CacheError("invalid_key", `a cache key must have at most ${LONGEST_KEY} bytes`);
  }
  // deno-lint-ignore no-control-regex -- they are what is looked for
  if (/[\u0000-\u001f]/.test(key)) {
    throw new CacheError("invalid_key", "a cache key must not hold control characters");
  }
}

/**
 * The epochs that a key stands under, from the one of the whole cache (`""`) down to its own: `a:b:c` has `""`, `a:`,
 * `a:b:` and `a:b:c`. Whoever changes one of them voids every value that was stored under it before.
 */
export function epochNames(key: string): string[] {
  const names = [""];
  let end = key.indexOf(":");
  while (end !== -1 && names.length <= LEVELS) {
    names.push(key.slice(0, end + 1));
    end = key.indexOf(":", end + 1);
  }
  if (names.at(-1) !== key) names.push(key);
  return names;
}

/**
 * The one epoch whose change voids every key that `pattern` matches (`*` stands for any text): its longest literal
 * prefix that ends with a colon. `position:*` is exact; `pos*` or `*:AAPL` void more than they name, and cost as
 * little: no key is ever listed, however many there are.
 */
export function epochOfPattern(pattern: string): string {
  if (typeof pattern !== "string" || pattern === "" || pattern.length > LONGEST_KEY) {
    throw new CacheError("invalid_pattern", `a pattern must be text of 1 to ${LONGEST_KEY} characters`);
  }
  const star = pattern.indexOf("*");
  if (star !== -1) return epochNames(pattern.slice(0, star + 1)).at(-2) ?? "";
  checkKey(pattern);
  return pattern;
}

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
  /** When somebody last asked about it, on the isolate's clock. */
  seenAt: number;
}

/** The tokens of a key's epochs at one moment, from the whole cache's to the key's own. */
export type Tokens = readonly Epoch["token"][];

/** Epochs that nobody asked about for so long are forgotten, in milliseconds: longer than any value lives in memory. */
const FORGET_AFTER = 120_000;

/** The epochs that this isolate has met. */
export class EpochTable {
  #epochs = new Map<string, Epoch>();
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

  named(name: string): Epoch {
    let epoch = this.#epochs.get(name);
    if (epoch === undefined) {
      epoch = { name, token: undefined, confirmedUntil: 0, unacknowledged: 0, barrier: 0, seenAt: 0 };
      this.#epochs.set(name, epoch);
    }
    epoch.seenAt = this.now();
    return epoch;
  }

  /** The epochs of a key, from the whole cache's to its own. */
  of(key: string): Epoch[] {
    return epochNames(key).map((name) => this.named(name));
  }

  /** Notes that somebody relies on these epochs. */
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

  /** Forgets epochs that nobody asked about for two minutes; returns how many are left. */
  sweep(): number {
    const before = this.now() - FORGET_AFTER;
    for (const { name, seenAt, unacknowledged } of this.#epochs.values()) {
      if (seenAt < before && unacknowledged === 0) this.#epochs.delete(name);
    }
    return this.#epochs.size;
  }
}

/**
 * A token that was never in Redis: even a request that is sent again has one of its own, or what was stored between the
 * two would seem good again. It begins with the moment of the change, which tells a value written before from one after.
 */
export const newToken = (stamp: number, random: () => number): string =>
  `${stamp}.${Math.floor(random() * 2 ** 52).toString(36)}`;

export const tokensOf = (epochs: readonly Epoch[]): Tokens => epochs.map(({ token }) => token);

export function sameTokens(epochs: readonly Epoch[], tokens: Tokens, levels = epochs.length): boolean {
  for (let index = 0; index < levels; index++) {
    if (epochs[index]?.token !== tokens[index]) return false;
  }
  return true;
}

/** Until when all of the epochs are known to be present. */
export const confirmedUntil = (epochs: readonly Epoch[]): number =>
  epochs.reduce((until, epoch) => Math.min(until, epoch.confirmedUntil), Infinity);
