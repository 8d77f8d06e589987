import assert from "node:assert/strict";
import { gather } from "../../local/doctor/target.ts";
import { checks, examine } from "../../local/doctor/report.ts";
import { inRepository } from "../../local/paths.ts";
import { good } from "../support/doctor-facts.ts";
import { stack } from "../support/stack.ts";

/** Runs `deno task doctor` as a person does. */
async function doctor(...args: string[]) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", inRepository("local", "doctor", "main.ts"), ...args],
    stdin: "null",
    stderr: "null",
  }).output();
  return { code, text: new TextDecoder().decode(stdout) };
}

Deno.test("a local stack passes every check, or says why it cannot be told here", async () => {
  const { redis_url: url, redis_token: token } = stack;
  const { UPSTASH_REDIS_REST_URL: _, ...env } = good.env;
  const report = examine(
    await gather({
      isLocal: true,
      apiUrl: stack.api_url,
      dbUrl: stack.db_url,
      redis: url === null || token === null ? null : { url, token },
      env: url === null ? env : { ...env, UPSTASH_REDIS_REST_URL: url },
    }),
  );
  const failed = report.checks.filter(({ status }) => status === "fail");
  assert.deepEqual(failed, []);
  const skipped = report.checks.filter(({ status }) => status === "skip").map(({ name }) => name);
  assert.deepEqual(skipped, url === null ? ["redis-tls", "redis-reachable", "redis-eviction"] : []);
});

Deno.test("it ends with 1 when a check fails, and tells all of it as JSON", async () => {
  const { code, text } = await doctor("--remote", "--url", "http://127.0.0.1:9", "--json");
  assert.equal(code, 1);
  const report = JSON.parse(text);
  assert.equal(report.ok, false);
  assert.deepEqual(report.checks.map(({ name }: { name: string }) => name), Object.keys(checks));
});

Deno.test("it ends with 1, and says what to do, where there never was a stack", async () => {
  const dataDir = await Deno.makeTempDir();
  assert.equal((await doctor("--data-dir", dataDir)).code, 1);
  await Deno.remove(dataDir);
});
