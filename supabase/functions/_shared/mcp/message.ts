import { badBody } from "../http/body.ts";
import { readJson } from "../http/json-body.ts";

/** A message of JSON-RPC, before anybody has looked at what it asks. */
type Message = { [name: string]: unknown };

/**
 * The one message of a request. Several would count as one request.
 *
 * @param limit largest body, in bytes
 * @throws HttpError 400 for what is no message, and what reading a body throws
 */
export async function readMessage(request: Request, limit: number): Promise<Message> {
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
export function acceptingAll({ url, method, headers }: Request): Request {
  const accepting = new Headers(headers);
  accepting.set("accept", "application/json, text/event-stream");
  return new Request(url, { method, headers: accepting });
}
