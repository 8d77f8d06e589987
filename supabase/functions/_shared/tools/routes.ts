import type { Context, Handler } from "hono";
import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { authorize, presentedKey, presentedKeys, type Sender } from "../auth/authorize.ts";
import { createStrike, strikeValue } from "../auth/strike.ts";
import type { Variables } from "../http/app.ts";
import { HttpError } from "../http/errors.ts";
import { readJson } from "../http/json-body.ts";
import { toolNameSchema } from "../validators/tool-name.ts";
import { inputSchemaOf } from "./tool.ts";
import { TOOLS } from "./tools.ts";
import { type ToolBackend, useTool } from "./use-tool.ts";

/** What running tools needs. */
export interface ToolServices extends ToolBackend {
  apiKeys: ApiKeyAuthService;
  /** Largest body, in bytes. */
  bodyLimit: number;
}

type ToolContext = Context<{ Variables: Variables }>;

/** `GET /tools`: what there is, each with the JSON Schema of what it takes. */
export function listTools({ apiKeys }: Pick<ToolServices, "apiKeys">): Handler<{ Variables: Variables }> {
  return (context) => {
    requireOperator(context, apiKeys);
    const tools = Object.entries(TOOLS).map(([name, tool]) => ({
      name,
      description: tool.description,
      input_schema: inputSchemaOf(tool),
    }));
    return context.json({ tools, request_id: context.get("requestId") });
  };
}

/** `POST /tools/<tool-name>`: does it, and answers `{ tool, account, result }`. */
export function runTool(services: ToolServices): Handler<{ Variables: Variables }> {
  return async (context) => {
    const sender = requireOperator(context, services.apiKeys);
    const name = toolNameSchema.safeParse(context.req.param("tool"));
    if (!name.success) {
      throw new HttpError(404, "no_tool", `there is no such tool: ${toolNameSchema.options.join(", ")}`);
    }
    const tool = TOOLS[name.data];
    const limit = Math.max(tool.bodyLimit ?? 0, services.bodyLimit);
    const body = await readJson(context.req.raw, limit);
    const input = body === undefined ? {} : strikeValue(body, createStrike(presentedKeys(context)));
    const requestId = context.get("requestId");
    Object.assign(context.get("logFields"), { tool: name.data });
    const done = await useTool(tool, input, { sender, requestId }, services);
    return context.json({ tool: name.data, ...done, request_id: requestId });
  };
}

/** Whoever sends a request to tools. */
function requireOperator(context: ToolContext, apiKeys: ApiKeyAuthService): Sender {
  const sender = authorize(apiKeys, presentedKey(context), "admin");
  context.get("logFields").key_id = sender.id;
  return sender;
}
