import assert from "node:assert/strict";
import postgres from "postgres";
import type { Stack } from "../../local/stack.ts";
import { send, withOwnStack } from "../support/own-stack.ts";

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What `health/ready` says. */
async function ready({ info }: Stack): Promise<{ status: number; down: string[] }> {
  const response = await fetch(`${info.api_url}/functions/v1/health/ready`);
  const { checks } = await response.json();
  const down = Object.entries<{ ok: boolean }>(checks).filter(([, { ok }]) => !ok).map(([name]) => name);
  return { status: response.status, down: down.sort() };
}

/** Waits until readiness says that these components are down. */
async function untilDown(stack: Stack, wanted: string[]): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    const { status, down } = await ready(stack);
    assert.equal(status, down.length === 0 ? 200 : 503);
    if (JSON.stringify(down) === JSON.stringify(wanted)) return;
    if (performance.now() > until) assert.fail(`${down} are down, not ${wanted}`);
    await sleep(250);
  }
}

Deno.test("readiness names what is away, tells Postgres from PostgREST, and recovers; health stays live", async () => {
  await withOwnStack(async (stack) => {
    await untilDown(stack, []);
    const live = async () => (await fetch(`${stack.info.api_url}/functions/v1/health`)).status;

    const { redis } = stack;
    if (redis !== null) {
      await redis.stop();
      await untilDown(stack, ["redis"]);
      await redis.start();
      await untilDown(stack, []);
    }
    await stack.postgrest.stop();
    await untilDown(stack, ["migrations", "postgres", "postgrest"]);
    assert.equal(await live(), 200);
    await stack.postgrest.start();
    await untilDown(stack, []);

    await stack.postgres.stop();
    await untilDown(stack, ["migrations", "postgres"]);
    assert.equal(await live(), 200);
    await stack.postgres.start();
    await untilDown(stack, []);
  });
});

Deno.test("a database that is behind the code is told by its migrations", async () => {
  await withOwnStack(async (stack) => {
    const sql = postgres(stack.info.db_url, { max: 1 });
    await sql`
      delete from supabase_migrations.schema_migrations
      where version = (select max(version) from supabase_migrations.schema_migrations)`;
    await sql.end();
    await untilDown(stack, ["migrations"]);
  });
});

Deno.test("an alert does not wait for the metrics: while they cannot be written it is booked, and they are counted later", async () => {
  await withOwnStack(async (stack) => {
    const sql = postgres(stack.info.db_url, { max: 2 });
    const alert = (id: number) => ({
      id: String(id),
      symbol: "ACME",
      action: "buy",
      quantity: "1",
      price: "1",
    });
    const filled = async () => {
      const [row] = await sql`
        select coalesce(sum(m.value), 0)::integer as filled from trading.metrics m
        where m.name = 'alerts_total' and m.labels ->> 'outcome' = 'filled'`;
      return row?.filled as number;
    };
    let sent = 0;
    await sql.begin(async (tx) => {
      await tx`lock table trading.metrics, trading.isolates in access exclusive mode`;
      // Longer than a report waits, so that some are tried and fail.
      const until = performance.now() + 5_000;
      while (performance.now() < until) {
        assert.equal((await send(stack, alert(sent++))).status, 200);
        await sleep(100);
      }
    });
    assert.equal((await send(stack, alert(sent++))).status, 200);
    assert.equal((await send(stack, alert(sent++))).status, 200);
    const until = performance.now() + 60_000;
    while (await filled() < sent && performance.now() < until) {
      await sleep(500);
      // Both isolates need something new to count, to try again.
      await fetch(`${stack.info.api_url}/functions/v1/alerts`).then((response) => response.body?.cancel());
    }
    assert.equal(await filled(), sent);
    await sql.end();
  }, { env: { METRICS_INTERVAL_MS: "1000" } });
});
