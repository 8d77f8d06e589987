import assert from "node:assert/strict";
import { join } from "node:path";
import { inRepository } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { createApiKeyAuthService } from "../../supabase/functions/_shared/auth/api-keys.ts";

/** What `deno task keys:create` makes and says, with the secret of a hosted project in its environment. */
async function create(...args: string[]): Promise<{ code: number; made: string; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", inRepository("local", "keys-create.ts"), ...args],
    env: { API_KEY_SECRET: "the secret of a hosted project, long enough", NO_COLOR: "1" },
  }).output();
  const [made = "", said = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, made, said };
}

/** Gives `use` a data directory with the secret of a local stack. */
async function withDataDirectory(secret: string, use: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(dataDir, "functions.env"), `API_KEY_SECRET=${secret}\n`);
    await use(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("a key for a stack with a data directory of its own is made with that stack's secret", async () => {
  const secret = "the secret of another local stack";
  await withDataDirectory(secret, async (dataDir) => {
    const { code, made, said } = await create("tv", "--data-dir", dataDir);
    assert.equal(code, 0, said);
    const [key = "", apiKeys = ""] = made.matchAll(/^(?:Key|Entry)\b.*:\s+(\S+)$/gm).map(([, value = ""]) =>
      value
    );
    assert.deepEqual(createApiKeyAuthService({ secret, apiKeys }).validateApiKey(key), true);
    assert.match(said, /functions\.env/);
  });
});

Deno.test("the key goes to standard output and nowhere else", async () => {
  const { made, said } = await create("tv");
  assert.match(made, /^Key, shown only now: +sa_tv_\w+\nEntry for API_KEYS: +tv:\w+\n$/);
  assert.doesNotMatch(said, /sa_tv_/);
});

Deno.test("of an account that it cannot see it says so, for a hosted project and for a stack that does not run", async () => {
  const hosted = await create("tv", "--account", "swing");
  assert.equal(hosted.code, 0);
  assert.match(hosted.said, /Make sure that the project has an account swing\. Until there is one/);
  await withDataDirectory("the secret of another local stack", async (dataDir) => {
    const port = String(freePort());
    const { code, made, said } = await create(
      ...["tv", "--account", "swing", "--data-dir", dataDir],
      ...["--port", port],
    );
    assert.equal(code, 0);
    assert.match(made, /:swing$/m);
    assert.match(said, new RegExp(`an account swing: the local stack does not answer at .*:${port}\\.`));
  });
});

Deno.test("a data directory without a stack is an error: another secret would make a key that opens nothing", async () => {
  const dataDir = await Deno.makeTempDir();
  const { code, made, said } = await create("tv", "--data-dir", dataDir);
  await Deno.remove(dataDir, { recursive: true });
  assert.equal(code, 1);
  assert.equal(made, "");
  assert.match(said, /API_KEY_SECRET is not set/);
});
