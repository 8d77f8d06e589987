import assert from "node:assert/strict";
import { type Check, readiness } from "../../../supabase/functions/_shared/health/checks.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { overrun } from "../../support/noise.ts";

async function ask(checks: Record<string, Check>, deadlineMs?: number) {
  const app = createApp(() => {});
  app.get("/ready", readiness(checks, deadlineMs));
  const response = await app.request("/ready");
  return { status: response.status, headers: response.headers, json: await response.json() };
}

Deno.test("when every component works, it is ready", async () => {
  const { status, json } = await ask({ database: () => Promise.resolve(true) });
  assert.equal(status, 200);
  assert.equal(json.status, "ok");
  assert.equal(json.checks.database.ok, true);
  assert.equal(typeof json.checks.database.milliseconds, "number");
});

Deno.test("when one does not, it is a 503 that says which", async () => {
  const { status, headers, json } = await ask({
    one: () => Promise.resolve(true),
    two: () => Promise.resolve(false),
    three: () => Promise.reject(new Error("secret")),
  });
  assert.equal(status, 503);
  assert.equal(headers.get("retry-after"), "1");
  assert.deepEqual([json.checks.one.ok, json.checks.two.ok, json.checks.three.ok], [true, false, false]);
  assert.ok(!JSON.stringify(json).includes("secret"));
});

Deno.test("a component that hangs is not waited for past its deadline, nor asked on", async () => {
  const late = await overrun(50, async () => {
    let aborted = false;
    const { status } = await ask({
      slow: (signal) =>
        new Promise(() => {
          signal.addEventListener("abort", () => aborted = true);
        }),
    }, 50);
    assert.equal(status, 503);
    assert.ok(aborted);
  });
  assert.ok(late < 450, `${late} ms`);
});
