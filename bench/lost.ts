/**
 * `deno task bench lost`: why `process_alerts` locks in a statement of its own, before its first read. Under read committed a
 * statement sees what was committed when it began: one that takes the lock and reads waits with a snapshot from before the
 * wait, and writes back a sum that forgets whoever held the lock meanwhile. Counts the increments that are lost.
 */
import { connect } from "./database.ts";
import { say } from "./report.ts";
import { startStackProcess } from "./servers.ts";

const connections = 8;
const each = 50;
const ways = {
  "the lock in the statement that reads": `
    with locked as materialized (select pg_advisory_xact_lock(1))
    select c.number into held from locked, lost.counter c;`,
  "the lock in a statement before it": `
    perform pg_advisory_xact_lock(1);
    select c.number into held from lost.counter c;`,
};

const dataDir = await Deno.makeTempDir({ prefix: "bench-lost-" });
const stack = await startStackProcess(dataDir);
const sql = connect(stack, connections);
try {
  for (const [name, lockAndRead] of Object.entries(ways)) {
    await sql.unsafe(`
      create schema lost;
      create table lost.counter as select 0 as number;
      create function lost.increment() returns void language plpgsql volatile as $$
      declare
        held integer;
      begin
        ${lockAndRead}
        update lost.counter set number = held + 1;
      end;
      $$;`);
    await Promise.all(Array.from({ length: connections }, async () => {
      for (let nr = 0; nr < each; nr++) await sql`select lost.increment()`;
    }));
    const [row] = await sql<{ number: number }[]>`select c.number from lost.counter c`;
    say(`${name}: ${connections * each - (row?.number ?? 0)} of ${connections * each} increments lost`);
    await sql`drop schema lost cascade`;
  }
} finally {
  await sql.end();
  await stack.stop();
  await Deno.remove(dataDir, { recursive: true });
}
