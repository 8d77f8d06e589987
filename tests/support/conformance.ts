import * as z from "zod";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";
import { createApp } from "../../supabase/functions/_shared/http/app.ts";
import { refuseOtherPages } from "../../supabase/functions/_shared/http/browsers.ts";
import { HttpError } from "../../supabase/functions/_shared/http/errors.ts";
import { definePrompt } from "../../supabase/functions/_shared/mcp/prompts.ts";
import { serveMcp } from "../../supabase/functions/_shared/mcp/routes.ts";
import type { Catalog } from "../../supabase/functions/_shared/mcp/catalog.ts";
import { defineTool } from "../../supabase/functions/_shared/tools/tool.ts";

/** MCP's official test suite; it takes a newer Node than ours does, or Deno. */
const SUITE = "npm:@modelcontextprotocol/conformance@0.1.16";

async function suite(...args: string[]): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    // It fails when a scenario does, also one that is skipped here: what counts is what it says of each.
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-config", "--no-lock", SUITE, ...args],
      cwd: directory,
      env: { NO_COLOR: "1" },
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The names of all scenarios for servers. */
export async function listScenarios(): Promise<string[]> {
  return [...(await suite("list", "--server")).matchAll(/^ {2}- (\S+) \[/gm)].map(([, name = ""]) => name);
}

/** Runs all of them against a server; those of which a check passed and none failed. */
export async function passing(url: string): Promise<string[]> {
  const said = await suite("server", "--url", url, "--suite", "all");
  const counted = [...said.matchAll(/^. ([\w-]+): (\d+) passed, (\d+) failed/gm)];
  if (counted.length === 0) throw new Error(said);
  return counted.filter(([, , passed, failed]) => Number(passed) > 0 && failed === "0").map(([, name = ""]) =>
    name
  );
}

/** Serves requests on a port of this machine for as long as `body` takes. */
export async function serving<T>(
  answer: (request: Request) => Response | Promise<Response>,
  body: (url: string) => Promise<T>,
): Promise<T> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    return await body(`http://127.0.0.1:${server.addr.port}/mcp`);
  } finally {
    await server.shutdown();
  }
}

/** The request at another address, with a key: the suite has none. */
export async function withKey(request: Request, key: string, url: string): Promise<Request> {
  const { method } = request;
  const headers = new Headers(request.headers);
  headers.set("x-api-key", key);
  return new Request(url, { method, headers, ...method === "POST" ? { body: await request.text() } : {} });
}

/** What the suite expects a server of its own to have, as far as ours has the like. */
const SUITES_OWN: Catalog = {
  tools: {
    test_simple_text: defineTool({
      description: "Answers a text.",
      scope: "everywhere",
      schema: z.strictObject({}),
      run: () => Promise.resolve("This is a simple text response for testing."),
    }),
    test_error_handling: defineTool({
      description: "Fails.",
      scope: "everywhere",
      schema: z.strictObject({}),
      run: () => Promise.reject(new HttpError(422, "refused", "This tool intentionally returns an error")),
    }),
    test_template: defineTool({
      description: "Answers what it was given.",
      scope: "everywhere",
      schema: z.strictObject({ id: z.string() }),
      run: ({ id }) => Promise.resolve({ id }),
    }),
    json_schema_2020_12_tool: defineTool({
      description: "Has a schema with definitions.",
      scope: "everywhere",
      schema: z.strictObject({
        name: z.string(),
        address: z.object({ street: z.string(), city: z.string() }).meta({ id: "address" }),
      }),
      run: () => Promise.resolve("done"),
    }),
  },
  resources: [
    {
      uri: "test://static-text",
      name: "static-text",
      title: "A text",
      source: { text: "This is the content of the static text resource." },
    },
    {
      uri: "test://template/{id}/data",
      name: "template",
      title: "A template",
      source: { tool: "test_template" },
    },
  ],
  prompts: {
    test_simple_prompt: definePrompt({
      title: "Simple",
      description: "A text.",
      schema: z.strictObject({}),
      open: () => "This is a simple prompt for testing.",
    }),
    test_prompt_with_arguments: definePrompt({
      title: "With arguments",
      description: "A text with two arguments in it.",
      schema: z.strictObject({ arg1: z.string(), arg2: z.string() }),
      open: ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
    }),
    test_prompt_with_embedded_resource: definePrompt({
      title: "With a page",
      description: "A page, and a text about it.",
      schema: z.strictObject({ resourceUri: z.string() }),
      page: "errors",
      open: () => "Please process the embedded resource above.",
    }),
  },
};

/** Our MCP server with the suite's own tools, resources and prompts in it, as a server of this process. */
export function suitesOwnServer(): (request: Request) => Response | Promise<Response> {
  const secret = "a secret of the tests, long enough";
  const maker = createApiKeyAuthService({ secret, apiKeys: "" });
  const { key, entry } = maker.generateApiKey({ id: "suite", scopes: ["admin"] });
  const app = createApp(() => {});
  app.use(refuseOtherPages([]));
  app.post(
    "/mcp",
    serveMcp({
      apiKeys: createApiKeyAuthService({ secret, apiKeys: entry }),
      rpc: () => Promise.reject(new Error("there is no database")),
      book: () => Promise.reject(new Error("there is no database")),
      readImport: () => Promise.reject(new Error("no file is sent here")),
      bodyLimit: 65_536,
      requireSource: () => {},
      catalog: SUITES_OWN,
    }),
  );
  return async (request) => app.fetch(await withKey(request, key, request.url));
}
