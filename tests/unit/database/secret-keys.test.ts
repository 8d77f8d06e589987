import assert from "node:assert/strict";
import { createDatabase } from "../../../supabase/functions/_shared/database/client.ts";
import { componentChecks, readiness } from "../../../supabase/functions/_shared/health/checks.ts";
import { createApp } from "../../../supabase/functions/_shared/http/app.ts";
import { createQueryPortfolio } from "../../../supabase/functions/_shared/portfolio/read.ts";

/** A project that takes these keys and no others. */
async function withProject(
  taken: string[],
  run: (project: {
    database: ReturnType<typeof createDatabase>;
    presented: string[];
    lines: string[];
  }) => Promise<void>,
) {
  const presented: string[] = [];
  const lines: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const key = request.headers.get("apikey") ?? "";
    presented.push(key);
    assert.equal(request.headers.get("authorization"), `Bearer ${key}`);
    if (!taken.includes(key)) return Response.json({ message: "Invalid API key" }, { status: 401 });
    return Response.json({ version: 1 });
  });
  const database = createDatabase(
    { supabaseUrl: `http://127.0.0.1:${server.addr.port}`, serviceKeys: ["old", "new", "legacy"] },
    (level, message, fields) => lines.push(`${level} ${message} ${fields?.code}`),
  );
  await run({ database, presented, lines });
}

Deno.test("a key that the project no longer takes is followed by the next, which is kept", async () => {
  await withProject(["new"], async ({ database, presented, lines }) => {
    const read = createQueryPortfolio(database);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await read("portfolio_summary", { account: "default" }))?.version, 1);
    }
    assert.deepEqual(presented, ["old", "new", "new", "new"]);
    assert.deepEqual(lines, []);
  });
});

Deno.test("when the project takes none of its keys, log, answer and readiness say so", async () => {
  await withProject([], async ({ database, presented, lines }) => {
    const read = createQueryPortfolio(database);
    for (let turn = 0; turn < 2; turn++) {
      await assert.rejects(read("portfolio_summary", { account: "default" }), /refuses its secret keys/);
    }
    assert.equal(presented.length, 6);
    assert.deepEqual(lines, ["error the project refuses its secret keys refused_key"]);
    const app = createApp(() => {});
    app.get("/ready", readiness(componentChecks(database, null)));
    const response = await app.request("/ready");
    const { checks: { postgrest } } = await response.json();
    assert.deepEqual([response.status, postgrest.ok, postgrest.error], [503, false, "refused_key"]);
  });
});
