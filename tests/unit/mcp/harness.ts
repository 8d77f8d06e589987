import type { Outcome } from "../../../supabase/functions/_shared/alerts/entry.ts";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";
import type { RequireSource } from "../../../supabase/functions/_shared/http/allowed-sources.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { refuseOtherPages } from "../../../supabase/functions/_shared/http/browsers.ts";
import { serveMcp } from "../../../supabase/functions/_shared/mcp/routes.ts";
import type { Catalog } from "../../../supabase/functions/_shared/mcp/catalog.ts";
import { createLog } from "../../../supabase/functions/_shared/observability/log.ts";

const secret = "a secret of the tests, long enough";
const maker = createApiKeyAuthService({ secret, apiKeys: "" });
const made = {
  reader: maker.generateApiKey({ id: "reader", scopes: ["read"] }),
  trader: maker.generateApiKey({ id: "trader", scopes: ["trade"] }),
  admin: maker.generateApiKey({ id: "admin", scopes: ["admin"] }),
  bound: maker.generateApiKey({ id: "bound", scopes: ["admin", "read", "trade"], account: "mine" }),
};
export type KeyName = keyof typeof made;
export const keyOf = (name: KeyName): string => made[name].key;

export const HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };

const BOOKED: Outcome = {
  kind: "answered",
  answer: { status: "filled", duplicate: false, alert_id: "1" } as never,
};

/** The MCP server over a database that is played; one isolate of it. */
export function startMcp(
  { rpc = () => [], outcome = BOOKED, requireSource = () => {}, ...more }: {
    rpc?: (name: string, args: Record<string, unknown>) => unknown;
    outcome?: Outcome;
    requireSource?: RequireSource;
    catalog?: Catalog;
  } = {},
) {
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  const changed: string[] = [];
  const lines: string[] = [];
  const app = createApp(createLog("info", {}, (line) => lines.push(line)));
  app.use(refuseOtherPages(["https://app.example.com"]));
  app.post(
    "/mcp",
    serveMcp({
      apiKeys: createApiKeyAuthService({
        secret,
        apiKeys: Object.values(made).map(({ entry }) => entry).join(","),
      }),
      // Played: the answers have the shape that the test gives them.
      rpc: ((name: string, args: Record<string, unknown>) => {
        calls.push({ name, args });
        return Promise.resolve().then(() => rpc(name, args));
      }) as never,
      book: (alerts) => {
        calls.push(...alerts.map((alert) => ({ name: alert.action ?? "", args: { ...alert } })));
        return Promise.resolve(alerts.map(() => outcome));
      },
      readImport: () => Promise.reject(new Error("no file is sent here")),
      bodyLimit: 65_536,
      onChanged: (accounts) => changed.push(...accounts),
      requireSource,
      ...more,
    }),
  );
  const send = async (
    body: unknown,
    { key = "admin", headers = {}, path = "/mcp" }: {
      key?: KeyName | null;
      headers?: Record<string, string>;
      path?: string;
    } = {},
  ) => {
    const response = await app.request(path, {
      method: "POST",
      headers: { ...HEADERS, ...key === null ? {} : { "x-api-key": keyOf(key) }, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: text === "" ? null : JSON.parse(text),
    };
  };
  /** Asks by one method, and gives its result or its error. */
  const ask = async (method: string, params: unknown = {}, key: KeyName = "admin") =>
    (await send({ jsonrpc: "2.0", id: 1, method, params }, { key })).json;
  return {
    ...{ app, calls, changed, lines, send, ask },
    use: async (name: string, args: unknown, key: KeyName = "admin") =>
      (await ask("tools/call", { name, arguments: args }, key)).result,
  };
}
