import type { Context, Handler } from "hono";
import * as z from "zod";
import type { Book } from "../alerts/group-commit.ts";
import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { authorize, presentedKey, presentedKeys, type Sender } from "../auth/authorize.ts";
import { createStrike, strikeValue } from "../auth/strike.ts";
import type { Variables } from "../http/app.ts";
import { readBytes } from "../http/body.ts";
import { HttpError } from "../http/errors.ts";
import { problemsOf } from "../validators/problem.ts";
import { toolNameSchema } from "../validators/tool-name.ts";
import type { CallRpc } from "./call-rpc.ts";
import type { ReadImport, SendTest, Tool } from "./tool.ts";
import { TOOLS } from "./tools.ts";

/** What running tools needs. */
export interface ToolServices {
  apiKeys: ApiKeyAuthService;
  rpc: CallRpc;
  book: Book;
  /** Null or left out where nothing sends notifications. */
  sendTest?: SendTest | null;
  readImport: ReadImport;
  /** Largest body, in bytes. */
  bodyLimit: number;
  /** Milliseconds that orders have to be booked in. */
  deadlineMs?: number;
  /** Told of the account that a tool may have changed, before it is answered. */
  onChanged?: (accounts: readonly string[]) => void;
  now?: () => number;
}

type ToolContext = Context<{ Variables: Variables }>;

/** Longer than an alert gets: no sender gives up after three seconds here, and close_all may have much to do. */
const DEADLINE = 8_000;

/** `GET /tools`: what there is, each with the JSON Schema of what it takes. */
export function listTools({ apiKeys }: Pick<ToolServices, "apiKeys">): Handler<{ Variables: Variables }> {
  return (context) => {
    requireOperator(context, apiKeys);
    const tools = Object.entries(TOOLS).map(([name, { description, schema }]) => ({
      name,
      description,
      input_schema: z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }),
    }));
    return context.json({ tools, request_id: context.get("requestId") });
  };
}

/** `POST /tools/<tool-name>`: does it, and answers `{ tool, account, result }`. */
export function runTool(services: ToolServices): Handler<{ Variables: Variables }> {
  const { now = Date.now, deadlineMs = DEADLINE } = services;
  return async (context) => {
    const sender = requireOperator(context, services.apiKeys);
    const name = toolNameSchema.safeParse(context.req.param("tool"));
    if (!name.success) {
      throw new HttpError(404, "no_tool", `there is no such tool: ${toolNameSchema.options.join(", ")}`);
    }
    const tool = TOOLS[name.data];
    const input = await readInput(context, tool, Math.max(tool.bodyLimit ?? 0, services.bodyLimit));
    const account = accountOf(tool, input, sender);
    const requestId = context.get("requestId");
    Object.assign(context.get("logFields"), { tool: name.data });
    try {
      const result = await tool.run(input, {
        account,
        rpc: services.rpc,
        book: services.book,
        sendTest: services.sendTest ?? null,
        readImport: services.readImport,
        keyId: sender.id,
        requestId,
        deadline: now() + deadlineMs,
      });
      const about = tool.scope === "everywhere" ? {} : { account };
      return context.json({ tool: name.data, ...about, result, request_id: requestId });
    } finally {
      // Also after a failure: what is not known to have happened may have.
      if (tool.scope === "change") services.onChanged?.([account]);
    }
  };
}

/** Whoever sends a request to tools. */
function requireOperator(context: ToolContext, apiKeys: ApiKeyAuthService): Sender {
  const sender = authorize(apiKeys, presentedKey(context), "admin");
  context.get("logFields").key_id = sender.id;
  return sender;
}

/** The body as the tool's schema reads it, without any key: its texts are stored and shown. No body is an empty one. */
async function readInput(context: ToolContext, tool: Tool, limit: number): Promise<unknown> {
  const bytes = await readBytes(context.req.raw, limit);
  const input = bytes.byteLength === 0 ? {} : parseJson(bytes);
  const parsed = tool.schema.safeParse(strikeValue(input, createStrike(presentedKeys(context))));
  if (parsed.success) return parsed.data;
  throw new HttpError(
    400,
    "invalid_arguments",
    "the tool does not take these arguments",
    problemsOf(parsed.error),
  );
}

function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new HttpError(400, "invalid_json", "the body is not JSON", [{ path: "", message: "is not JSON" }]);
  }
  if (!isDeeperThan(MOST_LEVELS, value)) return value;
  throw new HttpError(400, "invalid_arguments", "the tool does not take these arguments", [
    { path: "", message: `has more than ${MOST_LEVELS} levels` },
  ]);
}

/** Levels of arguments at most: what walks through them goes one call deeper per level. No tool takes more than four. */
const MOST_LEVELS = 32;
const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === "object" && value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each)));

/**
 * The account that a tool acts on.
 *
 * @throws HttpError 403 when the key is another account's, or one account's and the tool concerns all
 */
function accountOf(tool: Tool, input: unknown, sender: Sender): string {
  const { account: named = null } = input as { account?: string | null };
  const account = named ?? sender.account ?? "default";
  const isForeign = tool.scope === "everywhere" || account !== sender.account;
  if (sender.account !== null && isForeign) {
    throw new HttpError(403, "wrong_account", "this API key may only touch its own account", [
      { path: "account", message: "is not the account of this API key" },
    ]);
  }
  return account;
}
