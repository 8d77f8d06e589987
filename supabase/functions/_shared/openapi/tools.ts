import * as z from "zod";
import { TOOLS } from "../tools/tools.ts";
import { requestId } from "./answer-schemas.ts";
import { answer, type Components, errors, json, type Part } from "./parts.ts";

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

/** `GET /tools` and `POST /tools/<tool-name>`, from the table that the function routes by. */
export function toolPaths(components: Components): Part {
  const described = { tags: ["tools"] };
  const tools = Object.entries(TOOLS).map(([name, { description, schema }]) => [`/tools/${name}`, {
    post: {
      ...described,
      operationId: `tool_${name}`,
      summary: description,
      description: "Needs a key of scope admin.",
      requestBody: { required: false, ...json(components.use(schema, "input")) },
      responses: {
        "200": answer("Done", components.use(done)),
        ...errors(components, "400 401 403 404 405 408 413 414 415 422 429 503"),
      },
    },
  }]);
  return {
    "/tools": {
      get: {
        ...described,
        operationId: "listTools",
        summary: "What an operator can have done",
        description: "Needs a key of scope admin.",
        responses: {
          "200": answer("The tools", components.use(list)),
          ...errors(components, "401 403 405 429"),
        },
      },
    },
    ...Object.fromEntries(tools),
  };
}
