import * as z from "zod";
import { answer, type Components, errors, json, type Part } from "./parts.ts";

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

/** `POST /mcp`; what the tools take and answer an assistant asks of the function itself. */
export function mcpPaths(components: Components): Part {
  return {
    "/mcp": {
      post: {
        operationId: "askMcp",
        summary: "One message of an assistant",
        description:
          "The Model Context Protocol by Streamable HTTP, without sessions and streams. Any key may ask; one of scope read " +
          "may use the tools that read, trade those that order, admin all. The header accept must name both application/json " +
          "and text/event-stream.",
        tags: ["mcp"],
        requestBody: { required: true, ...json(components.use(message, "input")) },
        responses: {
          "200": answer("The reply; what goes wrong in a tool is in its result", components.use(reply)),
          "202": { description: "A notification was taken" },
          ...errors(components, "400 401 403 405 408 413 414 415 429 503"),
          "406": answer("The header accept lacks one of the two", {}),
        },
      },
    },
  };
}
