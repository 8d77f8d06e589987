import { createClient, RESP_TYPES } from "@redis/client";
import { Hono } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import { Buffer } from "node:buffer";
import { sha1Hex } from "../supabase/functions/_shared/hashing/digest.ts";
import { errorText } from "./errors.ts";
import type { Log } from "./log.ts";
import { loopback } from "./ports.ts";

/** A reply of Redis: status lines are strings, values are bytes. */
type Reply = string | number | null | Buffer | Error | Reply[];

/**
 * Starts, on `port`, the HTTP face of the Redis server on `redisPort`, as Upstash offers it: `@upstash/redis` speaks to it
 * unchanged.
 *
 * @param token what callers must send as `Authorization: Bearer …`
 */
export async function startRedisBridge(port: number, redisPort: number, token: string, log: Log) {
  const client = createRedisClient(redisPort, log);
  await client.connect();
  // Values as bytes: they need not be text, and a status line such as `OK` stays apart from them.
  const redis = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const translate = createScriptTranslator();
  const run = (command: string[]) =>
    redis.sendCommand<Reply>(translate(command)).catch((error: unknown) => commandError(error));

  const app = new Hono();
  app.use(async ({ req }, next) => {
    const given = req.header("authorization") ?? "";
    if (!await timingSafeEqual(given, `Bearer ${token}`)) {
      return failure(401, "WRONGPASS invalid or missing auth token");
    }
    return req.method === "POST" ? await next() : failure(405, "ERR method not allowed");
  });
  app.post("/", async ({ req }) => {
    const command = parseCommand(await req.json().catch(() => null));
    if (command === null) return failure(400, "ERR failed to parse command");
    const answer = answerOf(await run(command), encodingOf(req));
    return Response.json(answer, { status: "error" in answer ? 400 : 200 });
  });
  const several = (name: string, runAll: (commands: string[][]) => Promise<Reply[] | Error>) =>
    app.post(`/${name}`, async ({ req }) => {
      const commands = parseCommands(await req.json().catch(() => null));
      if (commands === null) return failure(400, `ERR failed to parse ${name} request`);
      const replies = await runAll(commands);
      if (replies instanceof Error) return failure(400, replies.message);
      return Response.json(replies.map((reply) => answerOf(reply, encodingOf(req))));
    });
  several("pipeline", (commands) => Promise.all(commands.map(run)));
  several("multi-exec", async (commands) => {
    const transaction = redis.multi();
    for (const command of commands) transaction.addCommand(translate(command));
    return await transaction.exec().catch(commandError) as unknown as Reply[] | Error;
  });
  app.notFound(() => failure(404, "ERR not found"));
  app.onError((error) => failure(503, `ERR redis is unavailable: ${errorText(error)}`));

  const server = Deno.serve({ hostname: loopback, port, onListen: () => {} }, app.fetch);
  return {
    url: `http://${loopback}:${port}`,
    stop: async () => {
      client.destroy();
      await server.shutdown();
    },
  };
}

const failure = (status: number, error: string): Response => Response.json({ error }, { status });

/** What Redis answered, where that is an error: `WRONGTYPE …`, `ERR …`. Throws any other error: a connection was lost. */
function commandError(error: unknown): Error {
  if (error instanceof Error && /^[A-Z]+ /.test(error.message)) return error;
  throw error;
}

/** A command as Upstash's REST form writes it, `["SET", "key", 1]`; null when `body` is something else. */
function parseCommand(body: unknown): string[] | null {
  if (!Array.isArray(body) || body.length === 0) return null;
  return body.map((part) => typeof part === "string" ? part : JSON.stringify(part) ?? "");
}

/** A list of commands; null when one of them is not a command. */
function parseCommands(body: unknown): string[][] | null {
  if (!Array.isArray(body) || body.length === 0) return null;
  const commands = body.map(parseCommand);
  return commands.every((command) => command !== null) ? commands : null;
}

/** How strings are to travel in the answer: as they are, or in base64 (`Upstash-Encoding: base64`). */
const encodingOf = (request: { header(name: string): string | undefined }) =>
  request.header("upstash-encoding") === "base64" ? "base64" : "utf8";

/**
 * A reply in Upstash's form. In base64 every string is encoded but a plain `OK`, which stays readable; numbers and null
 * are never encoded.
 */
function answerOf(reply: Reply, encoding: "base64" | "utf8"): { result: unknown } | { error: string } {
  if (reply instanceof Error) return { error: reply.message };
  const isOk = reply === "OK" || reply instanceof Buffer && reply.toString() === "OK";
  return { result: isOk ? "OK" : encoded(reply, encoding) };
}

function encoded(reply: Reply, encoding: "base64" | "utf8"): unknown {
  if (reply === null || typeof reply === "number") return reply;
  if (Array.isArray(reply)) return reply.map((item) => encoded(item, encoding));
  return Buffer.from(reply instanceof Error ? reply.message : reply).toString(encoding);
}

function createRedisClient(port: number, log: Log) {
  const client = createClient({
    RESP: 2,
    socket: { host: loopback, port, reconnectStrategy: 100, connectTimeout: 1_000 },
    // While Redis is away its callers are to hear so at once, not when it is back.
    disableOfflineQueue: true,
  });
  let isAway = false;
  client.on("error", (error: unknown) => {
    if (!isAway) log.part("redis-bridge", `Redis is away: ${errorText(error)}`);
    isAway = true;
  });
  client.on("ready", () => {
    if (isAway) log.part("redis-bridge", "Redis is back");
    isAway = false;
  });
  return client;
}

/** Upstash's own flag for scripts, which lets them lock only their keys; Redis knows no such flag and refuses it. */
const FOREIGN_FLAG = /^#!lua flags=allow-key-locking[ \t]*(?=\r?\n)/;

/**
 * Makes commands with scripts fit for a Redis that is not Upstash's: drops the flag that only Upstash knows, and knows
 * such a script again by the SHA-1 under which its sender does.
 */
function createScriptTranslator(): (command: string[]) => string[] {
  /** Sender's SHA-1 to Redis's; as many as there are scripts with the flag, which are few. */
  const known = new Map<string, string>();
  return (command) => {
    const [name = "", script = "", ...rest] = command;
    const verb = name.toUpperCase();
    const translated = verb === "EVALSHA" ? known.get(script.toLowerCase()) : undefined;
    if (translated !== undefined) return [name, translated, ...rest];
    if (verb !== "EVAL" || !FOREIGN_FLAG.test(script)) return command;
    const plain = script.replace(FOREIGN_FLAG, "");
    known.set(sha1Hex(script), sha1Hex(plain));
    return [name, plain, ...rest];
  };
}
