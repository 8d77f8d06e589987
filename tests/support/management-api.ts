import { createHash } from "node:crypto";
import { join } from "node:path";
import { loopback } from "../../local/ports.ts";

/** A stand-in of the platform's Management API: as much as the Supabase CLI asks of it in a deploy. */
export interface ManagementApi extends AsyncDisposable {
  /** What the CLI needs in its environment to speak to it. */
  environment: Record<string, string>;
  /** What was asked, as `METHOD path`. */
  asked: string[];
  /** The settings that it holds. */
  secrets: Map<string, string>;
  /** What was asked of its database. */
  queries: string[];
  /** The functions that were deployed: how many files of how many bytes, and whether they ask for a token. */
  functions: Map<string, { files: number; bytes: number; verify_jwt: boolean }>;
}

/** Starts one with an empty project. */
export async function startManagementApi(ref: string): Promise<ManagementApi> {
  const asked: string[] = [];
  const secrets = new Map<string, string>();
  const queries: string[] = [];
  const functions: ManagementApi["functions"] = new Map();
  const project = {
    id: ref,
    ref,
    organization_id: "o",
    organization_slug: "o",
    name: "test",
    region: "us-east-1",
    created_at: "2026-11-01T00:00:00Z",
    status: "ACTIVE_HEALTHY",
    database: {
      host: `db.${ref}.supa.test`,
      version: "17.11.0.018",
      postgres_engine: "17",
      release_channel: "ga",
    },
  };
  const updated_at = "2026-11-01T00:00:00Z";
  const routes: Record<string, (request: Request) => Promise<unknown> | unknown> = {
    "GET /v1/projects": () => [project],
    [`GET /v1/projects/${ref}`]: () => project,
    [`GET /v1/projects/${ref}/api-keys`]: () => [
      { name: "default", api_key: "sb_secret_a-b_x", type: "secret", id: "1" },
      { name: "default", api_key: "sb_publishable_x", type: "publishable", id: "2" },
    ],
    [`GET /v1/projects/${ref}/config/database/pooler`]: () => [],
    [`GET /v1/projects/${ref}/functions`]: () => [],
    [`PUT /v1/projects/${ref}/functions`]: () => ({ functions: [] }),
    [`GET /v1/projects/${ref}/secrets`]: () =>
      [...secrets].map(([name, value]) => ({
        name,
        value: createHash("sha256").update(value).digest("hex"),
        updated_at,
      })),
    [`POST /v1/projects/${ref}/secrets`]: async (request) => {
      for (const { name, value } of await request.json()) secrets.set(name, value);
    },
    [`POST /v1/projects/${ref}/database/query`]: async (request) => {
      queries.push((await request.json()).query);
      return [{ start_clock: "started" }];
    },
    [`POST /v1/projects/${ref}/functions/deploy`]: async (request) => {
      const form = await request.formData();
      const files = form.getAll("file").filter((each) => each instanceof File);
      const slug = new URL(request.url).searchParams.get("slug") ?? "";
      const { verify_jwt } = JSON.parse(await new Response(form.get("metadata")).text());
      functions.set(slug, {
        files: files.length,
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        verify_jwt,
      });
      const times = { created_at: 1, updated_at: 1 };
      return {
        id: crypto.randomUUID(),
        slug,
        name: slug,
        version: 1,
        status: "ACTIVE",
        verify_jwt: false,
        ...times,
      };
    },
  };
  const server = Deno.serve({ hostname: loopback, port: 0, onListen: () => {} }, async (request) => {
    const name = `${request.method} ${new URL(request.url).pathname}`;
    asked.push(name);
    const route = routes[name];
    if (route === undefined) return Response.json({ message: `not here: ${name}` }, { status: 404 });
    const answer = await route(request);
    return Response.json(answer ?? null, { status: request.method === "POST" ? 201 : 200 });
  });
  const directory = await Deno.makeTempDir();
  const profile = join(directory, "profile.yaml");
  const url = `http://${loopback}:${server.addr.port}`;
  await Deno.writeTextFile(
    profile,
    [
      "name: test",
      `api_url: ${url}`,
      `dashboard_url: ${url}`,
      "project_host: supa.test",
      "pooler_host: supa.test",
    ]
      .join("\n"),
  );
  return {
    environment: { SUPABASE_PROFILE: profile, SUPABASE_ACCESS_TOKEN: `sbp_${"0".repeat(40)}` },
    asked,
    secrets,
    queries,
    functions,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(directory, { recursive: true });
    },
  };
}
