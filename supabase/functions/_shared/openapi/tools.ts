import * as z from "zod";
import { TOOLS } from "../tools/tools.ts";
import { requestId } from "./answer-schemas.ts";
import { type Part, type Parts } from "./parts.ts";

const list = z.object({
  tools: z.array(z.object({
    name: z.string(),
    description: z.string(),
    input_schema: z.record(z.string(), z.unknown()).describe("JSON Schema of what it takes."),
  })),
  request_id: requestId,
});

const done = z.object({
  tool: z.string(),
  account: z.string().optional().describe("Not there for a tool that concerns all accounts."),
  result: z.unknown().describe("What the tool answers, as its description says."),
  request_id: requestId,
}).meta({ id: "ToolResult" });

const message = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.int()]).optional().describe("Left out of a notification, which gets no answer."),
  method: z.string().optional().meta({ examples: ["tools/list", "tools/call"] }),
  params: z.record(z.string(), z.unknown()).optional(),
}).meta({ id: "McpMessage", description: "A message of JSON-RPC 2.0, as MCP has them." });

const reply = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.int(), z.null()]),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }).optional(),
}).meta({ id: "McpReply" });

/**
 * `GET /tools` and `POST /tools/<tool-name>`, from the table that the function routes by, and `POST /mcp`: what the tools take
 * and answer there an assistant asks of the function itself.
 */
export function toolPaths({ body, operation }: Parts): Part {
  const description = "Needs a key of scope admin.";
  const tools = Object.entries(TOOLS).map(([name, tool]) => {
    const said = { operationId: `tool_${name}`, summary: tool.description, description };
    const post = operation(
      "tools",
      { ...said, ...body(tool.schema, false) },
      { "200": ["Done", done] },
      "400 401 403 404 405 408 413 414 415 422 429 503",
    );
    return [`/tools/${name}`, { post }];
  });
  return {
    "/tools": {
      get: operation(
        "tools",
        { operationId: "listTools", summary: "What an operator can have done", description },
        { "200": ["The tools", list] },
        "401 403 405 429",
      ),
    },
    ...Object.fromEntries(tools),
    "/mcp": {
      post: operation("mcp", {
        operationId: "askMcp",
        summary: "One message of an assistant",
        description:
          "The Model Context Protocol by Streamable HTTP, without sessions and streams. Any key may ask; one of scope read " +
          "may use the tools that read, trade those that order, admin all. The header accept must name both application/json " +
          "and text/event-stream.",
        ...body(message),
      }, {
        "200": ["The reply; what goes wrong in a tool is in its result", reply],
        "202": { description: "A notification was taken" },
        "406": ["The header accept lacks one of the two", {}],
      }, "400 401 403 405 408 413 414 415 429 503"),
    },
  };
}
