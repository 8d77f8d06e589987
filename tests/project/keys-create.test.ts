import assert from "node:assert/strict";
import { join } from "node:path";
import { inRepository } from "../../local/paths.ts";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";

/** What `deno task keys:create` says, with the secret of a hosted project in its environment. */
async function create(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", inRepository("local", "keys-create.ts"), ...args],
    env: { API_KEY_SECRET: "the secret of a hosted project, long enough", NO_COLOR: "1" },
  }).output();
  return { code, text: new TextDecoder().decode(stderr) };
}

Deno.test("a key for a stack with a data directory of its own is made with that stack's secret", async () => {
  const dataDir = await Deno.makeTempDir();
  const secret = "the secret of another local stack";
  await Deno.writeTextFile(join(dataDir, "functions.env"), `API_KEY_SECRET=${secret}\n`);
  const { code, text } = await create("tv", "--data-dir", dataDir);
  await Deno.remove(dataDir, { recursive: true });
  assert.equal(code, 0, text);
  const [key = "", apiKeys = ""] = text.matchAll(/^(?:Key|Entry)\b.*:\s+(\S+)$/gm).map(([, value = ""]) =>
    value
  );
  assert.deepEqual(createApiKeyAuthService({ secret, apiKeys }).validateApiKey(key), true);
  assert.match(text, /functions\.env/);
});

Deno.test("a data directory without a stack is an error: another secret would make a key that opens nothing", async () => {
  const dataDir = await Deno.makeTempDir();
  const { code, text } = await create("tv", "--data-dir", dataDir);
  await Deno.remove(dataDir, { recursive: true });
  assert.equal(code, 1);
  assert.match(text, /API_KEY_SECRET is not set/);
});
