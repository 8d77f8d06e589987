import { deepEqual, equal } from "node:assert/strict";
import { rowCounts } from "../support/rows.ts";
import { asAnon, asService, asUser, connect, stack } from "../support/stack.ts";

// Over HTTP, as the clock of a project calls it.

Deno.test("the key alone, as the clock sends it, warms a connection, and changes nothing", async () => {
  const sql = connect(1);
  try {
    const before = await rowCounts(sql);
    const response = await fetch(`${stack.api_url}/rest/v1/rpc/warm_up`, {
      method: "POST",
      headers: { apikey: stack.secret_key, "content-type": "application/json" },
      body: "{}",
    });
    equal(response.status, 200);
    equal(typeof await response.json(), "boolean");
    deepEqual(await rowCounts(sql), before);
  } finally {
    await sql.end();
  }
});

Deno.test("ten warm-ups at once all succeed", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => asService().rpc("warm_up")));
  deepEqual(answers.map(({ error }) => error), answers.map(() => null));
});

Deno.test("nobody but the project itself may warm connections", async () => {
  for (const client of [asAnon(), asUser()]) {
    equal((await client.rpc("warm_up")).error?.code, "42501");
  }
});
