import type { Redis, RedisConfigCloudflare } from "@upstash/redis/cloudflare";
import type { Script } from "./scripts.ts";

/** One command. */
export type Command =
  | { op: "mget"; keys: string[] }
  | { op: "set"; key: string; value: string; seconds: number | null; onlyIfAbsent: boolean }
  | { op: "script"; script: Script; keys: string[]; args: string[] };

/** What a command came to; a refused one does not fail those sent with it. */
export type Reply = { ok: true; result: unknown } | { ok: false };

/** Sends commands in order, in one round trip. Rejects when there is no answer in time, or one that is not Redis's. */
export type SendCommands = (commands: readonly Command[]) => Promise<Reply[]>;

/** Milliseconds that a caller waits for Redis. */
export const REDIS_DEADLINE = 150;
/**
 * Milliseconds that a request gets. Longer than its caller waits: what ends a request ends its connection, and a Redis
 * 50 ms away, whose handshake takes three round trips, would never be reached.
 */
export const REQUEST_DEADLINE = 2_000;

/** Redis took none of the commands. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Redis as Upstash offers it, over HTTP. */
export function createSendCommands(
  { url, token, deadlineMs = REQUEST_DEADLINE }: { url: string; token: string; deadlineMs?: number },
): SendCommands {
  const options: RedisConfigCloudflare = {
    url,
    token,
    // A function, not a signal: with a signal that aborts, the library answers with its reason as if Redis had.
    signal: () => AbortSignal.timeout(deadlineMs),
    // `retry: false` still tries twice (1.39.0).
    retry: { retries: 0, backoff: () => 0 },
    // It would turn the text "12" into a number.
    automaticDeserialization: false,
    // All we store is UTF-8 text; base64 would be a third more of it.
    responseEncoding: false,
    enableTelemetry: false,
    // What is asked in one turn is already gathered into one command, which costs less than one pipeline of several.
    enableAutoPipelining: false,
    latencyLogging: false,
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
        if (onlyIfAbsent) pipeline.set(key, value, { nx: true });
        else if (seconds === null) pipeline.set(key, value);
        else pipeline.set(key, value, { ex: seconds });
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

/** Why a call failed, in one word for the log. An error's message holds the command with its keys and values: never that. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.name === "TimeoutError" || error.name === "AbortError") return "timeout";
  if (error.name === "UpstashJSONParseError") return "not_redis";
  if (error.name === "UpstashError" || error.name === "RefusedError") return "refused";
  return "unreachable";
}
