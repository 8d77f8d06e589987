import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { createClient, RESP_TYPES } from "@redis/client";
import { errorText } from "./errors.ts";
import type { Log } from "./log.ts";
import { loopback } from "./ports.ts";
import { createScriptTranslator } from "./redis-scripts.ts";
import { encodeReply, type Encoding, parseCommand, parseCommands, type Reply } from "./redis-wire.ts";

/** The HTTP face of a Redis server, as Upstash offers it; `@upstash/redis` speaks to it unchanged. */
export interface RedisBridge {
  url: string;
  stop(): Promise<void>;
}

/** One command's answer in Upstash's form. */
type Answer = { result: unknown } | { error: string };

/** Runs commands on Redis. A refused command is an answer; a lost connection is thrown. */
interface Executor {
  /** In order, each on its own. */
  pipeline(commands: string[][]): Promise<PromiseSettledResult<Reply>[]>;
  /** In order, as one transaction. */
  transaction(commands: string[][]): Promise<Reply[]>;
}

/**
 * Starts the bridge on `port` in front of the Redis server on `redisPort`.
 *
 * @param token what callers must send as `Authorization: Bearer …`
 */
export async function startRedisBridge(
  port: number,
  redisPort: number,
  token: string,
  log: Log,
): Promise<RedisBridge> {
  const client = createRedisClient(redisPort, log);
  await client.connect();
  const executor = createExecutor(client);
  const server = Deno.serve(
    { hostname: loopback, port, onListen: () => {} },
    (request) => handle(request, token, executor),
  );
  return {
    url: `http://${loopback}:${port}`,
    stop: async () => {
      client.destroy();
      await server.shutdown();
    },
  };
}

async function handle(request: Request, token: string, executor: Executor): Promise<Response> {
  if (!isAuthorized(request, token)) return failure(401, "WRONGPASS invalid or missing auth token");
  if (request.method !== "POST") return failure(405, "ERR method not allowed");
  const encoding: Encoding = request.headers.get("upstash-encoding") === "base64" ? "base64" : "text";
  const path = new URL(request.url).pathname;
  try {
    const body: unknown = await request.json().catch(() => null);
    if (path === "/") return await answerOne(body, executor, encoding);
    if (path === "/pipeline") return await answerPipeline(body, executor, encoding);
    if (path === "/multi-exec") return await answerTransaction(body, executor, encoding);
    return failure(404, "ERR not found");
  } catch (error) {
    return failure(503, `ERR redis is unavailable: ${errorText(error)}`);
  }
}

async function answerOne(body: unknown, executor: Executor, encoding: Encoding): Promise<Response> {
  const command = parseCommand(body);
  if (command === null) return failure(400, "ERR failed to parse command");
  const [outcome] = await executor.pipeline([command]);
  const answer = toAnswer(outcome, encoding);
  return Response.json(answer, { status: "error" in answer ? 400 : 200 });
}

async function answerPipeline(body: unknown, executor: Executor, encoding: Encoding): Promise<Response> {
  const commands = parseCommands(body);
  if (commands === null) return failure(400, "ERR failed to parse pipeline request");
  const outcomes = await executor.pipeline(commands);
  return Response.json(outcomes.map((outcome) => toAnswer(outcome, encoding)));
}

async function answerTransaction(body: unknown, executor: Executor, encoding: Encoding): Promise<Response> {
  const commands = parseCommands(body);
  if (commands === null) return failure(400, "ERR failed to parse multi-exec request");
  try {
    const replies = await executor.transaction(commands);
    return Response.json(replies.map((reply) => replyAnswer(reply, encoding)));
  } catch (error) {
    if (!isCommandError(error)) throw error;
    return failure(400, error.message);
  }
}

function toAnswer(outcome: PromiseSettledResult<Reply> | undefined, encoding: Encoding): Answer {
  if (outcome?.status === "fulfilled") return replyAnswer(outcome.value, encoding);
  if (isCommandError(outcome?.reason)) return { error: outcome.reason.message };
  throw outcome?.reason;
}

function replyAnswer(reply: Reply, encoding: Encoding): Answer {
  return reply instanceof Error ? { error: reply.message } : { result: encodeReply(reply, encoding) };
}

/** Redis answered, and what it answered is an error: `WRONGTYPE …`, `ERR …`. */
function isCommandError(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z]+ /.test(error.message);
}

function isAuthorized(request: Request, token: string): boolean {
  const wanted = new TextEncoder().encode(`Bearer ${token}`);
  const given = new TextEncoder().encode(request.headers.get("authorization") ?? "");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function failure(status: number, error: string): Response {
  return Response.json({ error }, { status });
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

function createExecutor(client: ReturnType<typeof createRedisClient>): Executor {
  // Values as bytes: they need not be text, and a status line such as `OK` stays apart from them.
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const translate = createScriptTranslator();
  return {
    pipeline: (commands) =>
      Promise.allSettled(commands.map((command) => binary.sendCommand<Reply>(translate(command)))),
    async transaction(commands) {
      const transaction = binary.multi();
      for (const command of commands) transaction.addCommand(translate(command));
      return await transaction.exec() as unknown as Reply[];
    },
  };
}
