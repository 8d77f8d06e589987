import { type Epoch, type EpochTable, newToken } from "./epochs.ts";
import type { Fill } from "./memory.ts";
import type { Settings } from "./options.ts";
import type { Command, Link, Reply } from "./redis.ts";
import { CHANGE_AND_FILL } from "./values.ts";

/** What Redis is filled with when its own epoch has changed: that gives it its tokens. */
export type NewFill = Omit<Fill, "tokens">;

/** What became of a change: Redis has it, refused a value that is older, or did not answer (it is sent later). */
export interface Outcome {
  kind: "done" | "refused" | "owed";
  /** What Redis has since then as the epoch's token; null when that is not known. */
  token: string | null;
}

interface Change {
  epoch: Epoch;
  /** How many changes of the epoch this stands for. */
  count: number;
  fill: NewFill | null;
  /** When it was made, in milliseconds since 1970. */
  stamp: number;
  settle(outcome: Outcome): void;
}

/** Seconds that an epoch lives in Redis without a change: longer than any value that was stored under it. */
const EPOCH_SECONDS = 86_400;
/** Changes that one request to Redis carries. */
const MOST_CHANGES = 100;
/** Milliseconds until the one try that follows a lost or late answer, and until what is owed is sent when Redis works. */
const RETRY_MS = 100;
const OWED_MS = 1_000;
/** Epochs owed at most; beyond, the whole cache is changed, which is one epoch. */
const MOST_OWED = 1_000;

export const DONE: Outcome = { kind: "done", token: null };
export const OWED: Outcome = { kind: "owed", token: null };

/**
 * Has Redis, and so the other isolates, learn which epochs changed: in order, one request at a time, changes of the same
 * epoch that wait together as one. A change costs one command, and one more when its answer is lost; what Redis did not
 * take is owed, and sent when it is back.
 */
export class Changes {
  #queue: Change[] = [];
  #owed = new Map<Epoch, number>();
  #running = false;
  #cancelTimer: (() => void) | null = null;

  constructor(
    private readonly link: Link | null,
    private readonly table: EpochTable,
    private readonly settings: Settings,
  ) {
    if (link !== null) link.probe = () => this.#probe(link);
  }

  /** Changes an epoch, everything under which is void, here at once and elsewhere within the bound; then fills, if asked to. */
  change(epoch: Epoch, fill: NewFill | null = null): Promise<Outcome> {
    const { link, table } = this;
    table.change(epoch);
    if (link === null) {
      table.acknowledge(epoch, 1, null, 0);
      return Promise.resolve(DONE);
    }
    return new Promise((settle) => {
      const change: Change = { epoch, count: 1, fill, stamp: Math.round(this.settings.wall()), settle };
      if (link.isAway()) return this.#owe(change);
      if (fill === null && this.#joinQueue(change)) return;
      this.#queue.push(change);
      this.#start();
    });
  }

  /** Makes one of two changes of an epoch that both wait, unless a value is to be filled in between them. */
  #joinQueue({ epoch, settle }: Change): boolean {
    const last = this.#queue.findLast((waiting) => waiting.fill !== null || waiting.epoch === epoch);
    if (last === undefined || last.fill !== null) return false;
    const { settle: settleLast } = last;
    last.count++;
    last.settle = (outcome) => (settleLast(outcome), settle(outcome));
    return true;
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.settings.background(this.#run());
  }

  async #run(): Promise<void> {
    try {
      // A turn later: what changes together goes together.
      await Promise.resolve();
      while (this.#queue.length > 0) await this.#send(this.#queue.splice(0, MOST_CHANGES));
    } finally {
      // In the turn that found the queue empty: a change that came a turn later would wait for the next one.
      this.#running = false;
    }
  }

  /** Sends changes, and once more when there is no answer; returns whether there was one. */
  async #send(changes: readonly Change[], { probe = false, patient = false } = {}): Promise<boolean> {
    const sentAt = this.settings.now();
    const tokens = changes.map(({ stamp }) => newToken(stamp, this.settings.random));
    const commands = changes.map((change, index) => this.#command(change, tokens[index] ?? ""));
    const replies = await this.link?.call(commands, { probe, patient }) ?? null;
    if (replies === null && !probe && this.link?.breaker.state !== "open") {
      await new Promise<void>((resolve) => void this.settings.later(RETRY_MS, resolve));
      return await this.#send(changes, { probe: true, patient: true });
    }
    for (const [index, change] of changes.entries()) {
      this.#settle(change, replies?.[index], tokens[index] ?? null, sentAt + this.settings.confirmedMs);
    }
    return replies !== null;
  }

  #command({ epoch, fill, stamp }: Change, token: string): Command {
    const { epochKey, valueKey, wall } = this.settings;
    if (fill === null) {
      // The whole cache's token never ends: its absence means that Redis has forgotten everything.
      const seconds = epoch.name === "" ? null : EPOCH_SECONDS;
      return { op: "set", key: epochKey(epoch.name), value: token, seconds, onlyIfAbsent: false };
    }
    const [, rest = ""] = token.split(".");
    const { key, epochs, version, ttlMs, json } = fill;
    const facts = [version ?? "", Math.max(Math.round(ttlMs), 1), Math.round(wall() + ttlMs)].map(String);
    return {
      op: "script",
      script: CHANGE_AND_FILL,
      keys: [valueKey(key), ...epochs.map(({ name }) => epochKey(name))],
      args: [String(stamp), rest, ...facts, json, String(EPOCH_SECONDS)],
    };
  }

  #settle(change: Change, reply: Reply | undefined, sent: string | null, confirmedUntil: number): void {
    if (!reply?.ok) return this.#owe(change);
    const isRefused = change.fill !== null && Number(reply.result) !== 1;
    const token = isRefused ? null : sent;
    this.table.acknowledge(change.epoch, change.count, token, confirmedUntil);
    change.settle({ kind: isRefused ? "refused" : "done", token });
  }

  /** Keeps the epoch in mind. A value is not kept: whoever asks for it loads it again. */
  #owe({ epoch, count, settle }: Change): void {
    this.#owed.set(epoch, (this.#owed.get(epoch) ?? 0) + count);
    if (this.#owed.size > MOST_OWED) this.#oweEverything();
    settle(OWED);
    this.#arm();
  }

  #oweEverything(): void {
    const { root } = this.table;
    // Theirs are void by the root's change; what they are in Redis, the next check says.
    for (const [epoch, count] of this.#owed) this.table.acknowledge(epoch, count, null, 0);
    this.#owed.clear();
    this.table.change(root);
    this.#owed.set(root, 1);
  }

  #arm(): void {
    if (this.#cancelTimer !== null || this.#owed.size === 0 || this.link === null) return;
    const { breaker } = this.link;
    const wait = Math.max(breaker.retryAt - this.settings.now(), OWED_MS);
    this.#cancelTimer = this.settings.later(wait, () => {
      this.#cancelTimer = null;
      // Looking whether it is away starts the probe that is due, which sends what is owed.
      if (!this.link?.isAway()) this.#sendOwed();
      this.#arm();
    });
  }

  #sendOwed(): void {
    this.#queue.unshift(...this.#takeOwed(Infinity));
    this.#start();
  }

  #takeOwed(limit: number): Change[] {
    const stamp = Math.round(this.settings.wall());
    const taken = [...this.#owed].slice(0, limit);
    for (const [epoch] of taken) this.#owed.delete(epoch);
    return taken.map(([epoch, count]) => ({ epoch, count, stamp, fill: null, settle: () => {} }));
  }

  /** By what is owed, if anything is: a Redis that can be read may still take no change. */
  async #probe(link: Link): Promise<void> {
    const changes = this.#takeOwed(MOST_CHANGES);
    const root: Command = { op: "mget", keys: [this.settings.epochKey("")] };
    const isBack = changes.length === 0
      ? await link.call([root], { probe: true }) !== null
      : await this.#send(changes, { probe: true });
    if (isBack) this.#sendOwed();
  }

  /** Stops the timer; what is owed is forgotten. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#owed.clear();
  }
}
