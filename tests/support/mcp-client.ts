import { Client } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";

/** Where a client connects to, and what it sends there. */
export interface Connection {
  url: string;
  headers: Record<string, string>;
}

/** The SDK's own client, at an MCP server, for as long as `body` takes. */
export async function withClient<T>(
  body: (client: Client) => Promise<T>,
  { url, headers }: Connection,
): Promise<T> {
  const client = new Client({ name: "tests", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  try {
    return await body(client);
  } finally {
    await client.close();
  }
}

/** What a tool answered: its data, or the code of its error. */
export async function callTool(client: Client, name: string, args: Record<string, unknown> = {}) {
  const answer = CallToolResultSchema.parse(await client.callTool({ name, arguments: args }));
  const { structuredContent = {}, isError = false } = answer;
  const { error } = structuredContent as { error?: { code: string } };
  // Whatever the tool answers has the shape that the test then asserts.
  // deno-lint-ignore no-explicit-any
  return { isError, code: error?.code ?? null, data: structuredContent as any };
}
