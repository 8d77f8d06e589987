import { readImport } from "../../supabase/functions/_shared/tools/read-import.ts";
import type { Client } from "@modelcontextprotocol/sdk/client";
import { createBookWaiting, createSendBatch } from "../../supabase/functions/_shared/alerts/booking-rpc.ts";
import { createGroupCommit } from "../../supabase/functions/_shared/alerts/group-commit.ts";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { allowOnly, createApp } from "../../supabase/functions/_shared/http/app.ts";
import { refuseOtherPages } from "../../supabase/functions/_shared/http/browsers.ts";
import { serveMcp } from "../../supabase/functions/_shared/mcp/routes.ts";
import { createCallRpc } from "../../supabase/functions/_shared/tools/call-rpc.ts";
import type { TestKey } from "./keys.ts";
import { type Connection, withClient } from "./mcp-client.ts";
import { asService, stack } from "./stack.ts";

/** Where the stack's MCP server is, with the development key. */
export const CATALOG: Connection = {
  url: `${stack.api_url}/functions/v1/mcp`,
  headers: { "x-api-key": stack.api_key },
};

const secret = "a secret of the tests, long enough";

/** Clients of an MCP server of this process on the stack's database, one for each of these keys, for as long as `body` takes. */
export async function withKeys<T>(
  keys: Omit<TestKey, "id">[],
  body: (clients: Client[]) => Promise<T>,
): Promise<T> {
  const maker = createApiKeyAuthService({ secret, apiKeys: "" });
  const made = keys.map((key, index) => maker.generateApiKey({ ...key, id: `key-${index}` }));
  const database = asService();
  const app = createApp(() => {});
  app.use(refuseOtherPages([]), allowOnly("POST"));
  app.post(
    "/mcp",
    serveMcp({
      apiKeys: createApiKeyAuthService({ secret, apiKeys: made.map(({ entry }) => entry).join(",") }),
      rpc: createCallRpc(database),
      book: createGroupCommit({
        send: createSendBatch(database, "process_alerts"),
        bookWaiting: createBookWaiting(database),
      }),
      readImport,
      bodyLimit: 65_536,
      requireSource: () => {},
    }),
  );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  const url = `http://127.0.0.1:${server.addr.port}/mcp`;
  const connected = async (clients: Client[]): Promise<T> => {
    const next = made[clients.length];
    if (next === undefined) return await body(clients);
    return await withClient((client) => connected([...clients, client]), {
      url,
      headers: { "x-api-key": next.key },
    });
  };
  try {
    return await connected([]);
  } finally {
    await server.shutdown();
  }
}

/** Where a client's configuration leads, and the headers that it sends there; at this stack, with its key. */
export function connectionOf(text: string): Connection {
  const filled = text.replaceAll("http://127.0.0.1:54321", stack.api_url)
    .replaceAll(/<your key>|\$\{input:\w+\}/g, stack.api_key);
  const [, url = "", header = ""] = /^claude mcp add .* (http\S+) --header "(.+)"$/.exec(filled) ?? [];
  if (url !== "") return { url, headers: headersOf(header) };
  const { mcpServers, servers = mcpServers } = JSON.parse(filled);
  const [server] = Object.values<
    { url?: string; headers?: Record<string, string>; args?: string[]; env?: object }
  >(
    servers,
  );
  if (server?.url !== undefined) return { url: server.url, headers: server.headers ?? {} };
  // A bridge: its arguments are the address and the header, into which it puts what is in the environment.
  const { args = [], env = {} } = server ?? {};
  const written = args[args.indexOf("--header") + 1] ?? "";
  const told = Object.entries(env).reduce(
    (each, [name, value]) => each.replace(`\${${name}}`, value),
    written,
  );
  return { url: args.find((each) => each.startsWith("http")) ?? "", headers: headersOf(told) };
}

/** One header of a line `Name: value`. */
function headersOf(line: string): Record<string, string> {
  const [, name = "", value = ""] = /^([\w-]+):\s*(.+)$/.exec(line) ?? [];
  return { [name]: value };
}
