import type { Environment } from "./environment.ts";
import type { Epoch, EpochTable } from "./epochs.ts";
import type { Link } from "./link.ts";
import type { Command, Reply } from "./redis-client.ts";
import { PUT } from "./scripts.ts";

/** A value that was written. */
export interface Put {
  key: string;
  epochs: readonly Epoch[];
  version: number | null;
  json: string;
  /** Milliseconds that it lives. */
  ttlMs: number;
}

/** What became of an announcement: Redis has it, refused an older value, or did not answer (it is told later). */
export interface Announced {
  outcome: "done" | "refused" | "owed";
  /** What Redis has since then as the epoch's token; null when that is not known. */
  token: string | null;
}

interface Change {
  epoch: Epoch;
  /** How many changes of the epoch this stands for. */
  count: number;
  put: Put | null;
  /** When it was made, in milliseconds since 1970. */
  stamp: number;
  settle(announced: Announced): void;
}

/** Seconds that an epoch lives in Redis without a change: longer than any value that was stored under it. */
const EPOCH_SECONDS = 86_400;
/** Changes a request. */
const MOST_CHANGES = 100;
/** Milliseconds until the one try that follows a lost or late answer, and until what is owed is told when Redis works. */
const RETRY_MS = 100;
const OWED_MS = 1_000;
/** Epochs owed at most; beyond, the whole cache is declared changed, which is one epoch. */
const MOST_OWED = 1_000;

/**
 * Tells Redis, and so the other isolates, what changed: in order, one request at a time, changes of the same epoch that
 * wait together as one. A change costs one command, and one more when its answer is lost; what Redis did not take is
 * owed, and told when it is back.
 */
export class Announcer {
  #queue: Change[] = [];
  #owed = new Map<Epoch, number>();
  #running = false;
  #cancelTimer: (() => void) | null = null;

  constructor(
    private readonly link: Link | null,
    private readonly table: EpochTable,
    private readonly environment: Environment,
  ) {
    if (link !== null) link.probe = () => this.#probe();
  }

  /** Changes an epoch: everything under it is void, here at once and elsewhere within the bound. */
  bump(epoch: Epoch): Promise<Announced> {
    this.table.change(epoch);
    const last = this.#queue.findLast((change) => change.put !== null || change.epoch === epoch);
    if (last !== undefined && last.put === null) {
      last.count++;
      const { settle } = last;
      return new Promise((resolve) => {
        last.settle = (announced) => (settle(announced), resolve(announced));
      });
    }
    return this.#enqueue({ epoch, count: 1, put: null });
  }

  /** Writes a value and changes its own epoch. */
  put(put: Put): Promise<Announced> {
    const own = put.epochs.at(-1) ?? this.table.root;
    this.table.change(own);
    return this.#enqueue({ epoch: own, count: 1, put });
  }

  /** Gives the whole cache a token after Redis lost it; answers that, or the one another isolate gave it first. */
  async begin(): Promise<string | null> {
    const key = this.environment.epochKey("");
    const replies = await this.link?.call([
      { op: "set", key, value: this.#newToken(this.#stamp()), seconds: null, onlyIfAbsent: true },
      { op: "mget", keys: [key] },
    ]);
    const [, read] = replies ?? [];
    const [token = null] = read?.ok ? read.result as (string | null)[] : [];
    return token;
  }

  #stamp = (): number => Math.round(this.environment.wall());

  /**
   * A token that was never in Redis: even a request that is sent again has one of its own, or what was stored between the
   * two would seem good again. It begins with the moment of the change, which tells a value written before from one after.
   */
  #newToken = (stamp: number): string =>
    `${stamp}.${Math.floor(this.environment.random() * 2 ** 52).toString(36)}`;

  #enqueue(facts: Omit<Change, "settle" | "stamp">): Promise<Announced> {
    const change = { ...facts, stamp: this.#stamp() };
    if (this.link === null) {
      this.table.acknowledge(change.epoch, change.count, null, 0);
      return Promise.resolve({ outcome: "done", token: null });
    }
    return new Promise((settle) => {
      if (this.link?.isAway()) return this.#owe({ ...change, settle });
      this.#queue.push({ ...change, settle });
      this.#start();
    });
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.environment.background(this.#run());
  }

  async #run(): Promise<void> {
    try {
      // A turn later: what changes together goes together.
      await Promise.resolve();
      while (this.#queue.length > 0) await this.#tell(this.#queue.splice(0, MOST_CHANGES));
    } finally {
      // In the turn that found the queue empty: a change that came a turn later would wait for the next one.
      this.#running = false;
    }
  }

  async #tell(changes: Change[], { probe = false } = {}): Promise<boolean> {
    for (let tries = 1;; tries++) {
      const sentAt = this.environment.now();
      const told = changes.map((change) => this.#command(change));
      const patient = tries > 1;
      const commands = told.map(({ command }) => command);
      const replies = await this.link?.call(commands, { probe: probe || patient, patient }) ?? null;
      if (replies === null && tries === 1 && !probe && this.link?.breaker.state !== "open") {
        await this.#pause(RETRY_MS);
        continue;
      }
      changes.forEach((change, index) =>
        this.#settle(change, replies?.[index], told[index]?.token ?? null, sentAt + this.environment.trustMs)
      );
      return replies !== null;
    }
  }

  #pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => void this.environment.later(milliseconds, resolve));

  #command({ epoch, put, stamp }: Change): { command: Command; token: string } {
    const { epochKey, valueKey, wall } = this.environment;
    const token = this.#newToken(stamp);
    if (put === null) {
      // The whole cache's token never ends: its absence means that Redis has forgotten everything.
      const seconds = epoch.name === "" ? null : EPOCH_SECONDS;
      return {
        token,
        command: { op: "set", key: epochKey(epoch.name), value: token, seconds, onlyIfAbsent: false },
      };
    }
    const [, rest = ""] = token.split(".");
    const expiresAt = Math.round(wall() + put.ttlMs);
    const facts = [put.version ?? "", Math.max(Math.round(put.ttlMs), 1), expiresAt].map(String);
    return {
      token,
      command: {
        op: "script",
        script: PUT,
        keys: [valueKey(put.key), ...put.epochs.map(({ name }) => epochKey(name))],
        args: [String(stamp), rest, ...facts, put.json, String(EPOCH_SECONDS)],
      },
    };
  }

  #settle(change: Change, reply: Reply | undefined, token: string | null, trustedUntil: number): void {
    if (!reply?.ok) return this.#owe(change);
    const refused = change.put !== null && Number(reply.result) !== 1;
    const known = refused ? null : token;
    this.table.acknowledge(change.epoch, change.count, known, trustedUntil);
    change.settle({ outcome: refused ? "refused" : "done", token: known });
  }

  /** Keeps the epoch in mind. A value is not kept: whoever asks for it loads it again. */
  #owe({ epoch, count, settle }: Change): void {
    this.#owed.set(epoch, (this.#owed.get(epoch) ?? 0) + count);
    if (this.#owed.size > MOST_OWED) this.#oweEverything();
    settle({ outcome: "owed", token: null });
    this.#arm();
  }

  #oweEverything(): void {
    const { root } = this.table;
    // Theirs are void by the root's change; what they are in Redis, the next check tells.
    for (const [epoch, count] of this.#owed) this.table.acknowledge(epoch, count, null, 0);
    this.#owed.clear();
    this.table.change(root);
    this.#owed.set(root, 1);
  }

  #arm(): void {
    if (this.#cancelTimer !== null || this.#owed.size === 0 || this.link === null) return;
    const { breaker } = this.link;
    const wait = breaker.state === "closed"
      ? OWED_MS
      : Math.max(breaker.retryAt - this.environment.now(), OWED_MS);
    this.#cancelTimer = this.environment.later(wait, () => {
      this.#cancelTimer = null;
      // Looking whether it is away starts the probe that is due, which tells what is owed.
      if (!this.link?.isAway()) this.#tellOwed();
      this.#arm();
    });
  }

  #tellOwed(): void {
    this.#queue.unshift(...this.#takeOwed(Infinity));
    this.#start();
  }

  #takeOwed(limit: number): Change[] {
    const taken = [...this.#owed].slice(0, limit);
    for (const [epoch] of taken) this.#owed.delete(epoch);
    const stamp = this.#stamp();
    return taken.map(([epoch, count]) => ({ epoch, count, stamp, put: null, settle: () => {} }));
  }

  async #probe(): Promise<void> {
    if (this.link === null) return;
    const changes = this.#takeOwed(MOST_CHANGES);
    const root: Command = { op: "mget", keys: [this.environment.epochKey("")] };
    const back = changes.length === 0
      ? await this.link.call([root], { probe: true }) !== null
      : await this.#tell(changes, { probe: true });
    if (back) this.#tellOwed();
  }

  /** Stops the timer; what is owed is forgotten. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#owed.clear();
  }
}
