import assert from "node:assert/strict";
import { StackError } from "../../../local/errors.ts";
import { FunctionPool } from "../../../local/function-pool.ts";
import { createLog } from "../../../local/log.ts";
import type { OrphanGuard } from "../../../local/orphans.ts";

/** What a function would be started with under this `.env`. */
async function variablesWith(env: string): Promise<Record<string, string>> {
  const envPath = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(envPath, env);
    const hosted = { SUPABASE_URL: "http://127.0.0.1:9", SUPABASE_SERVICE_ROLE_KEY: "x" };
    const settings = { deno: "deno", isolates: 1, envPath, hosted, redis: {}, hosts: [] };
    const supervision = { log: createLog(() => {}), orphans: {} as OrphanGuard, onFatal: () => {} };
    return await new FunctionPool("alerts", settings, supervision).variables();
  } finally {
    await Deno.remove(envPath);
  }
}

const secret = `API_KEY_SECRET=${"x".repeat(32)}\n`;

Deno.test("a function gets the variables of its .env and those of the hosted runtime", async () => {
  const { API_KEY_SECRET, SUPABASE_FUNCTION_SLUG } = await variablesWith(secret);
  assert.deepEqual([API_KEY_SECRET, SUPABASE_FUNCTION_SLUG], ["x".repeat(32), "alerts"]);
});

for (
  const [what, env, message] of [
    ["a typo in API_KEYS", `${secret}API_KEYS=tv:hunter2\n`, /^API_KEYS: entry 1 has no hash of 64/],
    ["a weak secret", "API_KEY_SECRET=weak\n", /^configuration: API_KEY_SECRET must have at least 32 char/],
  ] as const
) {
  Deno.test(`${what} is told in one line with the file to correct, before any function is started`, async () => {
    await assert.rejects(variablesWith(env), (error) => {
      assert.ok(error instanceof StackError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n|hunter2/);
      assert.match(error.advice, /^Correct \/\S+\.$/);
      return true;
    });
  });
}
