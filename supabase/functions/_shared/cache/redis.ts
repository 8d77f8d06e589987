import type { Redis, RedisConfigCloudflare } from "@upstash/redis/cloudflare";
import type { Log } from "../observability/log.ts";
import { Breaker, type BreakerOptions } from "../runtime/breaker.ts";
import { orTimeout } from "../time/later.ts";
import type { Settings } from "./options.ts";
import type { Script } from "./values.ts";

export type Command =
  | { op: "mget"; keys: string[] }
  | { op: "set"; key: string; value: string; seconds: number | null; onlyIfAbsent: boolean }
  | { op: "script"; script: Script; keys: string[]; args: string[] };

/** What a command came to; a refused one does not fail those sent with it. */
export type Reply = { ok: true; result: unknown } | { ok: false };

/** Sends commands in order, in one round trip. Rejects when there is no answer in time, or one that is not Redis's. */
export type SendCommands = (commands: readonly Command[]) => Promise<Reply[]>;

/**
 * Milliseconds that a request gets. Longer than its caller waits: what ends a request ends its connection, and a Redis
 * 50 ms away, whose handshake takes three round trips, would never be reached.
 */
const REQUEST_DEADLINE = 2_000;

/** Redis as Upstash offers it, over HTTP. */
export interface RedisTarget {
  url: string;
  token: string;
  deadlineMs?: number;
}

/** How every client of Upstash's library asks: once, and no longer than the deadline. */
export const clientOptions = ({ url, token, deadlineMs = REQUEST_DEADLINE }: RedisTarget) => ({
  url,
  token,
  // A function, not a signal: with a signal that aborts, the library answers with its reason as if Redis had.
  signal: () => AbortSignal.timeout(deadlineMs),
  // `retry: false` still tries twice (1.39.0).
  retry: { retries: 0, backoff: () => 0 },
  enableTelemetry: false,
  // What is asked in one turn is already gathered into one command, which costs less than one pipeline of several.
  enableAutoPipelining: false,
  latencyLogging: false,
});

export function createSendCommands(target: RedisTarget): SendCommands {
  const options: RedisConfigCloudflare = {
    ...clientOptions(target),
    // It would turn the text "12" into a number.
    automaticDeserialization: false,
    // All we store is UTF-8 text; base64 would be a third more of it.
    responseEncoding: false,
  };
  let loaded: Promise<Redis> | undefined;
  /**
   * Loaded when Redis is first asked, and a turn later: by then the first alert is booked and answered. Not its build for
   * Node, which makes `process`, of forty modules. Together they took 15 milliseconds of CPU before that answer.
   */
  const load = () =>
    loaded ??= new Promise((resolve) => setTimeout(resolve)).then(() => import("@upstash/redis/cloudflare"))
      .then(({ Redis }) => new Redis(options));

  /** Scripts that Redis had of this isolate. */
  const sent = new Set<Script>();

  async function send(
    commands: readonly Command[],
    bySource: boolean,
  ): Promise<{ result: unknown; error?: string }[]> {
    const pipeline = (await load()).pipeline();
    for (const command of commands) {
      if (command.op === "mget") pipeline.mget(...command.keys);
      else if (command.op === "script") {
        const { script, keys, args } = command;
        // The first time by its source: to hear that Redis does not know it would take another round trip.
        if (bySource || !sent.has(script)) pipeline.eval(script.source, keys, args);
        else pipeline.evalsha(script.sha1, keys, args);
      } else {
        const { key, value, seconds, onlyIfAbsent } = command;
        const until = seconds === null ? undefined : { ex: seconds };
        pipeline.set(key, value, onlyIfAbsent ? { nx: true } : until);
      }
    }
    const replies: unknown = await pipeline.exec({ keepErrors: true });
    if (!Array.isArray(replies) || replies.length !== commands.length) {
      throw new TypeError("not an answer of Redis");
    }
    for (const command of commands) if (command.op === "script") sent.add(command.script);
    return replies;
  }

  return async (commands) => {
    const replies = await send(commands, false);
    // A Redis that has started anew does not know the scripts. What was sent after them has happened by now; the scripts
    // tell by themselves whether they came too late.
    const unknown = commands.flatMap((_, index) =>
      /^.{0,40}NOSCRIPT/.test(replies[index]?.error ?? "") ? [index] : []
    );
    if (unknown.length > 0) {
      const again = await send(unknown.flatMap((index) => commands[index] ?? []), true);
      unknown.forEach((index, place) =>
        replies[index] = again[place] ?? { result: null, error: "no answer" }
      );
    }
    return replies.map(({ result, error }) =>
      error === undefined || error === null ? { ok: true, result } : { ok: false }
    );
  };
}

/** Says in the log when Redis goes away, and when it is back. */
export const logRedis =
  (log: Log, user: string, meanwhile: string): NonNullable<BreakerOptions["onChange"]> => (away, cause) =>
    away
      ? log("warn", `${user}: Redis is away, ${meanwhile}`, { reason: reasonOf(cause) })
      : log("info", `${user}: Redis is back`);

/** Why a call failed, in one word for the log. An error's message holds the command with its keys and values: never that. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.name === "TimeoutError" || error.name === "AbortError") return "timeout";
  if (error.name === "UpstashJSONParseError") return "not_redis";
  if (error.name === "UpstashError" || error instanceof RefusedError) return "refused";
  return "unreachable";
}

/** Redis took none of the commands. */
class RefusedError extends Error {}

/** The way to Redis: behind a circuit breaker, counted, and never an error for the caller. */
export class Link {
  /** Commands sent, and calls without a good answer. */
  commands = 0;
  errors = 0;
  readonly breaker: Breaker;
  /** Finds out whether Redis is back, by a call that is a probe. */
  probe: () => Promise<unknown> = () => Promise.resolve();

  constructor(private readonly send: SendCommands, private readonly settings: Settings, log: Log) {
    this.breaker = new Breaker({ now: settings.now, onChange: logRedis(log, "cache", "memory layer only") });
  }

  /** True while Redis is not asked. Starts a probe, behind the caller's back, when one is due. */
  isAway(): boolean {
    if (this.breaker.state === "closed") return false;
    if (this.breaker.takeProbe()) this.settings.background(this.probe());
    return true;
  }

  /**
   * Sends commands; null when Redis is away or did not answer well and in time. A probe goes out although Redis is away;
   * who is patient waits as long as the request lasts.
   */
  async call(commands: readonly Command[], { probe = false, patient = false } = {}): Promise<Reply[] | null> {
    if (!probe && this.isAway()) return null;
    const { later, deadlineMs } = this.settings;
    this.commands += commands.length;
    const answer = orTimeout(this.#send(commands), REQUEST_DEADLINE, later);
    try {
      return await this.breaker.follow(answer, orTimeout(answer, deadlineMs, later)).catch((error) =>
        patient ? answer : Promise.reject(error)
      );
    } catch {
      this.errors++;
      return null;
    }
  }

  async #send(commands: readonly Command[]): Promise<Reply[]> {
    const replies = await this.send(commands);
    const good = replies.map((reply, index): Reply => isGood(commands[index], reply) ? reply : { ok: false });
    if (!good.some(({ ok }) => ok)) throw new RefusedError();
    return good;
  }
}

/** True when a reply has the form that its command's replies have. */
function isGood(command: Command | undefined, reply: Reply): boolean {
  if (command === undefined || !reply.ok) return false;
  if (command.op !== "mget") return true;
  return Array.isArray(reply.result) && reply.result.length === command.keys.length &&
    reply.result.every((value) => value === null || typeof value === "string");
}
