import { joinTokens, writeEnvelope } from "./codec.ts";
import type { Epoch, EpochTable, Tokens } from "./epochs.ts";
import type { Link } from "./link.ts";
import type { Command } from "./redis-client.ts";
import { type Environment, within } from "./environment.ts";
import { EXCHANGE } from "./scripts.ts";

/** What Redis said of a key's epochs, and of its value when that was asked for; null when it said nothing. */
export type Checked = { text: string | null } | null;

/** A loaded value for Redis. */
export interface Fill {
  json: string;
  epochs: readonly Epoch[];
  tokens: Tokens;
  version: number | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

interface Batch {
  epochs: Set<Epoch>;
  keys: Set<string>;
  /** Texts by key, once Redis answered. */
  done: Promise<Map<string, string | null> | null>;
}

/** Epochs that a check asks for beyond those it was made for: about 16 kB of names at most. */
const MOST_EPOCHS = 256;
/** Loaded values that wait for the next check, in number and in characters. What is more is not stored in Redis. */
const MOST_FILLS = 32;
const MOST_FILL_TEXT = 400_000;

/**
 * What is asked of Redis. Everything that is asked in one turn of the event loop, and every epoch that was relied on
 * lately, goes into one command; loaded values ride along with the next one, or follow one interval later. So that a
 * read costs at most one command an interval, and an idle isolate none.
 */
export class Reads {
  #next: Batch | null = null;
  #underWay = new Set<Batch>();
  #fills = new Map<string, Fill>();
  #fillText = 0;
  #cancelFlush: (() => void) | null = null;
  #lastSent = -Infinity;

  constructor(
    private readonly link: Link,
    private readonly table: EpochTable,
    private readonly environment: Environment,
    /** Has Redis begin anew when it has no token for the whole cache; answers the new token. */
    private readonly begin: () => Promise<string | null>,
  ) {}

  /** Asks for the tokens of `epochs`, which are then known to the table, and for the value of `key` if there is one. */
  async check(epochs: readonly Epoch[], key: string | null): Promise<Checked> {
    if (this.link.isAway()) return null;
    const texts = await (key === null && this.#alreadyAsked(epochs) || this.#ask(epochs, key));
    return texts && { text: key === null ? null : texts.get(key) ?? null };
  }

  #alreadyAsked(epochs: readonly Epoch[]): Batch["done"] | null {
    for (const batch of this.#underWay) {
      if (epochs.every((epoch) => batch.epochs.has(epoch))) return batch.done;
    }
    return null;
  }

  #ask(epochs: readonly Epoch[], key: string | null): Batch["done"] {
    const batch = this.#next ??= this.#newBatch();
    for (const epoch of epochs) batch.epochs.add(epoch);
    if (key !== null) batch.keys.add(key);
    return batch.done;
  }

  #newBatch(): Batch {
    const batch: Batch = { epochs: new Set(), keys: new Set(), done: Promise.resolve(null) };
    batch.done = Promise.resolve().then(() => this.#send(batch));
    return batch;
  }

  async #send(batch: Batch): Promise<Map<string, string | null> | null> {
    if (this.#next === batch) this.#next = null;
    for (const epoch of this.table.takeActive(MOST_EPOCHS)) batch.epochs.add(epoch);
    this.#underWay.add(batch);
    try {
      const epochs = [...batch.epochs];
      const keys = [...batch.keys];
      if (epochs.length + keys.length + this.#fills.size === 0) return null;
      const sentAt = this.environment.now();
      const check = this.table.tick();
      this.#lastSent = sentAt;
      const replies = await this.link.call([this.#command(epochs, keys)]);
      const [reply] = replies ?? [];
      if (!reply?.ok || !isTexts(reply.result, epochs.length + keys.length)) return null;
      const texts = reply.result;
      const until = sentAt + this.environment.trustMs;
      for (const [index, epoch] of epochs.entries()) {
        let token = texts[index] ?? null;
        // Once in the life of a Redis: without this token nothing tells an epoch that never was from one that was lost.
        if (epoch.name === "" && token === null) {
          const left = sentAt + this.environment.deadlineMs - this.environment.now();
          token = await within(this.environment, left, this.begin()).catch(() => null);
        }
        this.table.learn(epoch, token, check, epoch.name === "" && token === null ? 0 : until);
      }
      return new Map(keys.map((key, index) => [key, texts[epochs.length + index] ?? null]));
    } finally {
      this.#underWay.delete(batch);
    }
  }

  #command(epochs: readonly Epoch[], keys: readonly string[]): Command {
    const { epochKey, valueKey } = this.environment;
    const reads = [...epochs.map(({ name }) => epochKey(name)), ...keys.map(valueKey)];
    const fills = [...this.#fills];
    this.#clearFills();
    if (fills.length === 0) return { op: "mget", keys: reads };
    const wall = this.environment.wall();
    const fillKeys = fills.flatMap((
      [key, fill],
    ) => [valueKey(key), ...fill.epochs.map(({ name }) => epochKey(name))]);
    const args = fills.flatMap(([, fill]) => {
      const tokens = joinTokens(fill.tokens);
      const left = Math.max(fill.expiresAt - wall, 1);
      return [
        String(fill.epochs.length),
        String(fill.version ?? ""),
        String(left),
        tokens,
        writeEnvelope({ ...fill, tokens }),
      ];
    });
    return {
      op: "script",
      script: EXCHANGE,
      keys: [...reads, ...fillKeys],
      args: [String(reads.length), String(fills.length), ...args],
    };
  }

  /** Has a loaded value stored in Redis, with the next command or one interval after the last. */
  fill(key: string, fill: Fill): void {
    // Under a token that Redis does not have yet, Redis would refuse it.
    if (this.link.isAway() || fill.epochs.some(({ unacknowledged }) => unacknowledged > 0)) return;
    const before = this.#fills.get(key)?.json.length ?? 0;
    const text = this.#fillText - before + fill.json.length;
    if (text > MOST_FILL_TEXT || before === 0 && this.#fills.size >= MOST_FILLS) return;
    this.#fills.set(key, fill);
    // The command that stores it confirms it as well: the next reader need not ask.
    this.table.use(fill.epochs);
    this.#fillText = text;
    if (this.#cancelFlush !== null) return;
    const due = Math.max(this.#lastSent + this.environment.trustMs - this.environment.now(), 0);
    this.environment.background(
      new Promise<void>((resolve) => {
        const cancel = this.environment.later(due, () => {
          this.#cancelFlush = null;
          resolve(this.#flush());
        });
        this.#cancelFlush = () => {
          cancel();
          resolve();
        };
      }),
    );
  }

  async #flush(): Promise<void> {
    if (this.#fills.size > 0 && !this.link.isAway()) await this.#ask([], null);
  }

  #clearFills(): void {
    this.#fills.clear();
    this.#fillText = 0;
    this.#cancelFlush?.();
    this.#cancelFlush = null;
  }

  /** Drops what waits. */
  close(): void {
    this.#clearFills();
  }
}

const isTexts = (result: unknown, length: number): result is (string | null)[] =>
  Array.isArray(result) && result.length === length;
