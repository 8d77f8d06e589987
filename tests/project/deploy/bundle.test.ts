import assert from "node:assert/strict";
import { bundle } from "../../../local/deploy/bundle.ts";
import { StorageClient } from "../../../local/deploy/left-out.ts";
import { listFunctions } from "../../../local/functions.ts";
import { inRepository } from "../../../local/paths.ts";
import { createApiKeyAuthService } from "../../../supabase/functions/_shared/auth/api-keys.ts";

/** What only the clients of supabase-js for users, sockets and files say. */
const OTHER_CLIENTS = /GoTrueClient|phx_join|StorageUnknownError/;

const textOf = async (entry: string) => new TextDecoder().decode(await bundle(entry));
const entryOf = (name: string) => `supabase/functions/${name}/index.ts`;

/** What a file imports, by what Deno finds in it. */
async function importsOf(code: string): Promise<string[]> {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, code);
  const args = ["info", "--json", "--no-config", file];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  await Deno.remove(file);
  const { modules: [module] } = JSON.parse(new TextDecoder().decode(stdout));
  return (module.dependencies ?? []).map(({ specifier }: { specifier: string }) => specifier);
}

Deno.test("each function is a file under 2 MB that imports no package, with no client for users, files or sockets", async () => {
  for (const name of await listFunctions()) {
    const code = await textOf(entryOf(name));
    assert.match(code, /export ?\{[\w$]+ as default\}/, name);
    assert.doesNotMatch(code, OTHER_CLIENTS, name);
    assert.ok(code.length < 2_000_000, `${name}: ${code.length}`);
    assert.deepEqual((await importsOf(code)).filter((each) => !each.startsWith("node:")), [], name);
  }
});

Deno.test("a function that makes a client of its own has all of supabase-js", async () => {
  assert.match(await textOf("tests/fixtures/own-client.ts"), OTHER_CLIENTS);
});

Deno.test("who uses what is left out is told why it is not there", () => {
  const storage = new StorageClient() as unknown as { from(bucket: string): void };
  assert.throws(() => storage.from("files"), /\.from.*left out of the bundle.*createClient/);
});

Deno.test("a bundle books an alert by RPC, and says nothing else", async () => {
  const asked: string[] = [];
  await using database = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return Response.json([{ status: "filled", duplicate: false }]);
  });
  const secret = "a secret for this test, of no value to anybody";
  const { key, entry } = createApiKeyAuthService({ secret, apiKeys: "" }).generateApiKey({
    id: "t",
    scopes: ["trade"],
  });
  const file = await Deno.makeTempFile({ suffix: ".js" });
  const caller = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeFile(file, await bundle(entryOf("alerts")));
    const alert = { symbol: "AAPL", action: "buy", quantity: "1", price: "10" };
    await Deno.writeTextFile(
      caller,
      `const { default: { fetch } } = await import(${JSON.stringify(`file://${file}`)});
      const request = { method: "POST", headers: { "x-api-key": "${key}" }, body: '${
        JSON.stringify(alert)
      }' };
      const response = await fetch(new Request("http://localhost/alerts", request));
      console.log(response.status, (await response.json()).status);
      Deno.exit();`,
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--allow-net", "--allow-env", "--allow-read", caller],
      cwd: inRepository("tests"),
      env: {
        NO_COLOR: "1",
        SUPABASE_URL: `http://127.0.0.1:${database.addr.port}`,
        SUPABASE_SECRET_KEYS: '{"default":"sb_secret_of_nobody"}',
        API_KEY_SECRET: secret,
        API_KEYS: entry,
        LOG_LEVEL: "silent",
      },
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), "200 filled\n");
    assert.equal(asked[0], "/rest/v1/rpc/process_alerts");
  } finally {
    await Deno.remove(file);
    await Deno.remove(caller);
  }
});
