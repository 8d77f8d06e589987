import type { ApiKeyAuthService, Sender } from "../auth/api-keys.ts";
import { identify, presentedKey, presentedKeys } from "../auth/authorize.ts";
import { createStrike, strikeValue } from "../auth/strike.ts";
import type { RequireSource } from "../http/allowed-sources.ts";
import { type AppContext, type AppHandler, toHttpError } from "../http/app.ts";
import { badBody } from "../http/body.ts";
import { errorBody, type HttpError } from "../http/errors.ts";
import { readJson } from "../http/json-body.ts";
import { type Done, type ToolBackend, useTool } from "../tools/use-tool.ts";
import { type Bounded, bounded } from "./bounded.ts";
import { ProtocolError, types, WebStandardStreamableHTTPServerTransport } from "./sdk.ts";
import { CATALOG, type Catalog, catalogFor, mayUse, missingScope } from "./catalog.ts";
import { type Calls, createServer } from "./server.ts";

export interface McpServices extends ToolBackend {
  apiKeys: ApiKeyAuthService;
  /** Largest body, in bytes, of a sender who may use no tool that takes a file. */
  bodyLimit: number;
  /** Asked before an order of a key that may send alerts and no more. */
  requireSource: RequireSource;
  catalog?: Catalog;
}

const { ErrorCode } = types;

/**
 * `POST /mcp`: one message of MCP's Streamable HTTP, and its answer as JSON. Nothing is kept between two of them, since
 * isolates come and go.
 */
export function serveMcp(services: McpServices): AppHandler {
  const { catalog = CATALOG } = services;
  return async (context) => {
    const sender = identify(services.apiKeys, presentedKey(context));
    context.get("logFields").key_id = sender.id;
    const own = catalogFor(catalog, sender);
    const limits = Object.values(own.tools).map(({ bodyLimit = 0 }) => bodyLimit);
    const read = await readMessage(context.req.raw, Math.max(services.bodyLimit, ...limits));
    // Without any key: its texts are stored and shown.
    const message = strikeValue(read, createStrike(presentedKeys(context)));
    const server = createServer(own, sender, callsOf(context, { services, catalog, sender }));
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    const answer = await transport.handleRequest(acceptingAll(context.req.raw), { parsedBody: message });
    // Hono's own, which has the headers that middleware left.
    return context.newResponse(answer.body, answer);
  };
}

function callsOf(
  context: AppContext,
  { services, catalog, sender }: { services: McpServices; catalog: Catalog; sender: Sender },
): Calls {
  const requestId = context.get("requestId");

  const use = async (name: string, input: unknown): Promise<Done & Bounded> => {
    const tool = Object.hasOwn(catalog.tools, name) ? catalog.tools[name] : undefined;
    if (tool === undefined) throw new ProtocolError(ErrorCode.InvalidParams, "there is no such tool");
    context.get("logFields").tool = name;
    if (!mayUse(sender, tool)) throw missingScope(tool);
    // A key that leaks from an alert is to be of no more use here than there.
    if (tool.trades && !sender.scopes.includes("admin")) services.requireSource(context);
    const done = await useTool(tool, input, { sender, requestId }, services);
    return { ...done, ...bounded(done.result) };
  };

  const toldOf = (error: unknown): HttpError => {
    if (error instanceof ProtocolError) throw error;
    return toHttpError(error, context.get("logFields"));
  };

  return {
    async useTool(name, input) {
      try {
        return toResult(await use(name, input));
      } catch (error) {
        return { ...toResult(errorBody(toldOf(error), requestId)), isError: true };
      }
    },
    async readTool(name, input) {
      try {
        return JSON.stringify(await use(name, input));
      } catch (error) {
        const { code, message } = toldOf(error);
        throw new ProtocolError(ErrorCode.InvalidParams, message, { code });
      }
    },
  };
}

/** As text for those who read nothing else, and as data. */
const toResult = (answer: object): types.CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(answer) }],
  structuredContent: { ...answer },
});

/** A message of JSON-RPC, before anybody has looked at what it asks. */
type Message = { [name: string]: unknown };

/**
 * The one message of a request. Several would count as one request.
 *
 * @param limit largest body, in bytes
 * @throws HttpError 400 for what is no message, and what reading a body throws
 */
async function readMessage(request: Request, limit: number): Promise<Message> {
  const message = await readJson(request, limit);
  if (isObject(message)) return withoutNulls(message);
  throw badBody(400, "invalid_arguments", "send one JSON-RPC message, not several", "is no message");
}

const isObject = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The message without params that are null: clients in Go, Java and C# write so what they leave out, and the SDK refuses it.
 * What stands deeper, such as a tool's arguments, is left as it is: there null may mean something.
 */
function withoutNulls({ params, ...rest }: Message): Message {
  if (params === null || params === undefined) return rest;
  return { ...rest, params: isObject(params) ? given(params) : params };
}

const given = (params: Message): Message =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null));

/**
 * The request for the SDK, which refuses clients that do not accept a stream of events, too. None is sent: every answer is
 * JSON, which is what Gemini CLI (`application/json`), the SDK for Java (`text/event-stream`) and curl (any) can read.
 */
function acceptingAll({ url, method, headers }: Request): Request {
  const accepting = new Headers(headers);
  accepting.set("accept", "application/json, text/event-stream");
  return new Request(url, { method, headers: accepting });
}
