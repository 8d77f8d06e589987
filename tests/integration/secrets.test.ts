import assert from "node:assert/strict";
import { post } from "../support/alerts.ts";
import { heartOf, refusedWithKey, requestsWithKey } from "../support/key-places.ts";
import { tableNames } from "../support/rows.ts";
import { connect, newAccount, stack } from "../support/stack.ts";

const heart = heartOf(stack.api_key);

Deno.test("after alerts with the key in every place, no answer and no table holds it", async () => {
  const account = await newAccount();
  const requests = requestsWithKey(stack.api_key, account);
  for (const { query, headers, body } of requests) {
    const answer = await post(body, { query, headers, key: null });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.ok(!JSON.stringify(answer.body).includes(heart));
  }
  for (const { query, headers, body } of refusedWithKey(stack.api_key)) {
    const answer = await post(body, { query, headers, key: null });
    assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
    assert.ok(!JSON.stringify(answer.body).includes(heart), JSON.stringify(answer.body));
  }

  const sql = connect(1);
  try {
    const [sent] = await sql`
      select count(*)::int as count from trading.alerts x join trading.accounts a on a.id = x.account_id
      where a.name = ${account}`;
    assert.equal(sent?.count, requests.length);
    const tables = await tableNames(sql);
    assert.ok(tables.includes("alerts") && tables.includes("fills"));
    for (const table of tables) {
      const [found] = await sql`
        select count(*)::int as count from ${
        sql(`trading.${table}`)
      } t where position(${heart} in t::text) > 0`;
      assert.equal(found?.count, 0, table);
    }
  } finally {
    await sql.end();
  }
});
