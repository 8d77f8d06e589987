import { createCache } from "../../../supabase/functions/_shared/cache/cache.ts";
import type { SendCommands } from "../../../supabase/functions/_shared/cache/redis.ts";
import type { Cache, CacheOptions } from "../../../supabase/functions/_shared/cache/cache.ts";
import { FakeRedis } from "./fake-redis.ts";

/** How one call of Redis goes: milliseconds there and back, and whether its request or its answer is lost. */
export interface Passage {
  there?: number;
  back?: number;
  lost?: "request" | "answer";
}

/** Milliseconds after which the cache gives a call of Redis up, as the real client does. */
const DEADLINE = 150;

/** Time, Redis and chance, in the hands of a test: the same seed, the same course of events. */
export class World {
  now = 1_800_000_000_000;
  readonly redis = new FakeRedis(() => this.now);
  /** Commands that isolates sent, when, and how many HTTP requests they went in. */
  readonly sent: { at: number; commands: number }[] = [];
  readonly logged: string[] = [];
  /** How calls of Redis go from now on. */
  passage: () => Passage = () => ({});
  #timers = new Map<number, { at: number; run: () => void }>();
  #lastTimer = 0;
  #chance: number;

  constructor(seed = 1) {
    this.#chance = seed >>> 0 || 1;
  }

  /** From 0 to 1: xorshift32. */
  random = (): number => {
    this.#chance ^= this.#chance << 13;
    this.#chance ^= this.#chance >>> 17;
    this.#chance ^= this.#chance << 5;
    return (this.#chance >>> 0) / 2 ** 32;
  };

  later = (milliseconds: number, run: () => void): () => void => {
    const id = ++this.#lastTimer;
    this.#timers.set(id, { at: this.now + Math.max(milliseconds, 0), run });
    return () => void this.#timers.delete(id);
  };

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => void this.later(milliseconds, resolve));

  /** Runs all that becomes due within so many milliseconds, in order, and all that follows from it. */
  advance(milliseconds: number): Promise<void> {
    return this.#advanceTo(this.now + milliseconds);
  }

  async #advanceTo(until: number): Promise<void> {
    await settle();
    while (true) {
      let due: [number, { at: number; run: () => void }] | undefined;
      for (const timer of this.#timers) {
        if (timer[1].at <= until && (due === undefined || timer[1].at < due[1].at)) due = timer;
      }
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].run();
      await settle();
    }
    this.now = until;
  }

  /** The outcome of `work`, with time passing until it is there. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let done = false;
    work.then(() => done = true, () => done = true);
    await settle();
    // From timer to timer: nothing happens between two.
    while (!done) await this.#advanceTo(Math.min(...[...this.#timers.values()].map(({ at }) => at)));
    return await work;
  }

  /** The way of one isolate to Redis. */
  send: SendCommands = (commands) => {
    const { there = 1, back = 1, lost } = this.passage();
    this.sent.push({ at: this.now, commands: commands.length });
    return new Promise((resolve, reject) => {
      // A request that is given up may still arrive.
      if (lost !== "request") {
        this.later(there, () => {
          const replies = this.redis.execute(commands);
          if (lost !== "answer") this.later(back, () => resolve(replies));
        });
      }
      this.later(DEADLINE, () => reject(new DOMException("timed out", "TimeoutError")));
    });
  };

  /** A cache of an isolate of its own. Its memory clock is not the wall clock, as in reality. */
  cache(options: CacheOptions = {}): Cache {
    const offset = 1_700_000_000_000;
    return createCache({
      now: () => this.now - offset,
      wall: () => this.now,
      random: this.random,
      later: this.later,
      send: this.send,
      log: (level, message, fields) =>
        this.logged.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
      ...options,
    });
  }

  /** Commands sent in the last so many milliseconds. */
  commandsSince(start: number): number {
    return this.sent.filter(({ at }) => at >= start).reduce((sum, { commands }) => sum + commands, 0);
  }
}

/** More than the longest chain of promises here: with 20 the courses are the same. */
const TURNS = 60;

/** Lets every promise that can settle do so. */
const settle = async () => {
  // Nothing here waits for the outside: turns of the microtask queue are enough, and on Deno 2.1.4 a turn of the event loop
  // takes milliseconds.
  for (let turn = 0; turn < TURNS; turn++) await null;
};
