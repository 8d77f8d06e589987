import type { ApiKeyAuthService } from "../auth/api-keys.ts";
import { admit, presentedKeys } from "../auth/authorize.ts";
import { createStrike, strikeValue } from "../auth/strike.ts";
import type { AppHandler } from "../http/app.ts";
import { HttpError } from "../http/errors.ts";
import { readJson } from "../http/json-body.ts";
import { inputSchemaOf, type Tool } from "./tool.ts";
import { toolNameSchema, TOOLS } from "./tools.ts";
import { type ToolBackend, useTool } from "./use-tool.ts";

export interface ToolServices extends ToolBackend {
  apiKeys: ApiKeyAuthService;
  /** Largest body, in bytes. */
  bodyLimit: number;
}

/** `GET /tools`: what there is, each with the JSON Schema of what it takes. */
export function listTools({ apiKeys }: Pick<ToolServices, "apiKeys">): AppHandler {
  return (context) => {
    admit(context, apiKeys, "admin");
    const tools = Object.entries(TOOLS).map(([name, tool]) => ({
      name,
      description: tool.description,
      input_schema: inputSchemaOf(tool),
    }));
    return context.json({ tools, request_id: context.get("requestId") });
  };
}

/** `POST /tools/<tool-name>`: does it, and answers `{ tool, account, result }`. */
export function runTool(services: ToolServices): AppHandler {
  return async (context) => {
    const sender = admit(context, services.apiKeys, "admin");
    const name = toolNameSchema.safeParse(context.req.param("tool"));
    if (!name.success) {
      throw new HttpError(404, "no_tool", `there is no such tool: ${toolNameSchema.options.join(", ")}`);
    }
    const tool: Tool = TOOLS[name.data];
    const limit = Math.max(tool.bodyLimit ?? 0, services.bodyLimit);
    const body = await readJson(context.req.raw, limit);
    const input = body === undefined ? {} : strikeValue(body, createStrike(presentedKeys(context)));
    const requestId = context.get("requestId");
    Object.assign(context.get("logFields"), { tool: name.data });
    const done = await useTool(tool, input, { sender, requestId }, services);
    return context.json({ tool: name.data, ...done, request_id: requestId });
  };
}
