import assert from "node:assert/strict";
import { join } from "node:path";
import { inRepository } from "../../local/paths.ts";
import { newAccount, stack, unique } from "../support/stack.ts";

/** What `deno task keys:create` says of an account of this stack, beside the key. */
async function saidOf(account: string): Promise<string> {
  const dataDir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      join(dataDir, "functions.env"),
      "API_KEY_SECRET=the secret of another local stack\n",
    );
    await Deno.writeTextFile(join(dataDir, "secrets.json"), JSON.stringify({ secretKey: stack.secret_key }));
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", inRepository("local", "keys-create.ts"), "tv", "--account", account],
        ...["--data-dir", dataDir, "--port", new URL(stack.api_url).port],
      ],
    }).output();
    assert.equal(code, 0);
    return new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("a key for an account that there is not is made, and said to be of no use until there is", async () => {
  const account = unique("later");
  assert.match(
    await saidOf(account),
    new RegExp(`There is no account ${account} yet: create_account makes it`),
  );
});

Deno.test("of an account that there is nothing is said", async () => {
  assert.doesNotMatch(await saidOf(await newAccount()), /account/);
});
