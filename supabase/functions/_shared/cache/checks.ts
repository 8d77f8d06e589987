import { orTimeout } from "../time/later.ts";
import { type Epoch, type EpochTable, newToken } from "./epochs.ts";
import type { Fill } from "./memory.ts";
import type { Settings } from "./options.ts";
import type { Command, Link } from "./redis.ts";
import { FILL_AND_READ, joinTokens, writeEnvelope } from "./values.ts";

/** What Redis has at keys. */
type Texts = ReadonlyMap<string, string | null>;

/** What is asked for in one command. */
interface Batch {
  epochs: Set<Epoch>;
  keys: Set<string>;
  texts: Promise<Texts>;
}

/** Epochs that a check asks for beyond those it was made for: about 16 kB of names at most. */
const MOST_EPOCHS = 256;
/** Loaded values that wait for the next check, in number and in characters. What is more is not stored in Redis. */
const MOST_FILLS = 32;
const MOST_FILL_TEXT = 400_000;

const NOTHING: Texts = new Map();

/**
 * Asks Redis whether what is in memory is current. Everything that is asked in one turn of the event loop, and every
 * epoch that was relied on lately, goes into one command; loaded values ride along with the next one, or follow one
 * interval later. So that a read costs at most one command an interval, and an idle isolate none.
 */
export class Checks {
  #next: Batch | null = null;
  #underWay = new Set<Batch>();
  /** Loaded values that wait for the next command. */
  #fills = new Map<string, Fill & { expiresAt: number }>();
  #cancelFlush: (() => void) | null = null;
  #lastSent = -Infinity;

  constructor(
    private readonly link: Link,
    private readonly table: EpochTable,
    private readonly settings: Settings,
  ) {}

  /** Asks for the tokens of `epochs`, which the table then knows, and for the text of `key` if there is one. */
  async check(epochs: readonly Epoch[], key: string | null): Promise<string | null> {
    if (this.link.isAway()) return null;
    const asked = key === null &&
      this.#underWay.values().find((batch) => epochs.every((epoch) => batch.epochs.has(epoch)));
    const texts = await (asked || this.#ask(epochs, key)).texts;
    return key === null ? null : texts.get(key) ?? null;
  }

  #ask(epochs: readonly Epoch[], key: string | null): Batch {
    const batch: Batch = this.#next ?? {
      epochs: new Set(),
      keys: new Set(),
      texts: Promise.resolve().then(() => this.#send(batch)),
    };
    this.#next = batch;
    for (const epoch of epochs) batch.epochs.add(epoch);
    if (key !== null) batch.keys.add(key);
    return batch;
  }

  async #send(batch: Batch): Promise<Texts> {
    this.#next = null;
    for (const epoch of this.table.takeActive(MOST_EPOCHS)) batch.epochs.add(epoch);
    const [epochs, keys] = [[...batch.epochs], [...batch.keys]];
    const command = this.#command(epochs, keys);
    if (command === null) return NOTHING;
    const check = this.table.tick();
    const sentAt = this.#lastSent = this.settings.now();
    const until = sentAt + this.settings.confirmedMs;
    this.#underWay.add(batch);
    try {
      const [reply] = await this.link.call([command]) ?? [];
      const texts: unknown = reply?.ok ? reply.result : null;
      if (!Array.isArray(texts) || texts.length !== epochs.length + keys.length) return NOTHING;
      for (const [index, epoch] of epochs.entries()) {
        let token = texts[index] ?? null;
        // Once in the life of a Redis: without this token nothing tells an epoch that never was from one that was lost.
        const isLost = epoch.name === "" && token === null;
        if (isLost) token = await this.#begin(sentAt + this.settings.deadlineMs);
        this.table.learn(epoch, token, check, isLost && token === null ? 0 : until);
      }
      return new Map(keys.map((key, index) => [key, texts[epochs.length + index] ?? null]));
    } finally {
      this.#underWay.delete(batch);
    }
  }

  /** Gives the whole cache a token after Redis lost it; returns that, or the one another isolate gave it first. */
  async #begin(until: number): Promise<string | null> {
    const key = this.settings.epochKey("");
    const value = newToken(Math.round(this.settings.wall()), this.settings.random);
    const begun = this.link.call([
      { op: "set", key, value, seconds: null, onlyIfAbsent: true },
      { op: "mget", keys: [key] },
    ]);
    const left = until - this.settings.now();
    const replies = await orTimeout(begun, left, this.settings.later).catch(() => null);
    const read = replies?.[1];
    return read?.ok ? (read.result as (string | null)[])[0] ?? null : null;
  }

  /** One command for all that is asked and for the values that wait; null when there is nothing of either. */
  #command(epochs: readonly Epoch[], keys: readonly string[]): Command | null {
    const { epochKey, valueKey } = this.settings;
    const namesOf = (some: readonly Epoch[]) => some.map(({ name }) => epochKey(name));
    const reads = [...namesOf(epochs), ...keys.map(valueKey)];
    const fills = [...this.#fills.values()];
    this.dropFills();
    if (fills.length === 0) return reads.length === 0 ? null : { op: "mget", keys: reads };
    const wall = this.settings.wall();
    return {
      op: "script",
      script: FILL_AND_READ,
      keys: [...reads, ...fills.flatMap(({ key, epochs }) => [valueKey(key), ...namesOf(epochs)])],
      args: [
        `${reads.length}`,
        `${fills.length}`,
        ...fills.flatMap((fill) => {
          const left = Math.max(fill.expiresAt - wall, 1);
          const facts = [fill.epochs.length, fill.version ?? "", left].map(String);
          return [...facts, joinTokens(fill.tokens), writeEnvelope(fill, fill.expiresAt)];
        }),
      ],
    };
  }

  /** Has Redis filled with a loaded value, by the next command or one interval after the last. */
  fill(fill: Fill): void {
    // Under a token that Redis does not have yet, Redis would refuse it.
    if (this.link.isAway() || fill.epochs.some(({ unacknowledged }) => unacknowledged > 0)) return;
    const others = this.#fills.values().filter(({ key }) => key !== fill.key).toArray();
    const text = others.reduce((sum, { json }) => sum + json.length, fill.json.length);
    if (text > MOST_FILL_TEXT || others.length >= MOST_FILLS) return;
    this.#fills.set(fill.key, { ...fill, expiresAt: Math.round(this.settings.wall() + fill.ttlMs) });
    // The command that stores it confirms it as well: the next reader need not ask.
    this.table.use(fill.epochs);
    if (this.#cancelFlush === null) this.settings.background(this.#flush());
  }

  /** Sends what still waits when the interval is over. */
  #flush(): Promise<void> {
    const due = Math.max(this.#lastSent + this.settings.confirmedMs - this.settings.now(), 0);
    return new Promise((resolve) => {
      const cancel = this.settings.later(due, () => {
        this.#cancelFlush = null;
        const isDue = this.#fills.size > 0 && !this.link.isAway();
        resolve(isDue ? this.#ask([], null).texts.then(() => {}) : undefined);
      });
      this.#cancelFlush = () => (cancel(), resolve());
    });
  }

  dropFills(): void {
    this.#fills.clear();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
  }
}
