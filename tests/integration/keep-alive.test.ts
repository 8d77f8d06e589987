import { equal, ok } from "node:assert/strict";
import { connect, stack } from "../support/stack.ts";

Deno.test("a ping of /health/ready from outside reads Postgres and writes to it: a free project counts as used", async () => {
  const sql = connect(1);
  try {
    const [{ now } = { now: null }] = await sql`select clock_timestamp() as now`;
    const response = await fetch(`${stack.api_url}/functions/v1/health/ready`);
    equal(response.status, 200);
    ok((await response.json()).checks.postgres.ok);
    const written = () => sql`select from trading.isolates where function = 'health' and seen_at > ${now}`;
    for (let waited = 0; (await written()).length === 0; waited++) {
      ok(waited < 60, "nothing was written in half a minute");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await sql.end();
  }
});
