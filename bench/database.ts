import postgres, { type Sql } from "postgres";
import type { StackInfo } from "../local/stack.ts";
import { findOnPath, inRepository } from "../local/paths.ts";

/** A connection as the owner of the database. */
export const connect = (stack: StackInfo, max = 1): Sql =>
  postgres(stack.db_url, { max, onnotice: () => {} });

/** A new account without limits; returns its name. */
export async function openAccount(sql: Sql): Promise<string> {
  const account = `bench-${crypto.randomUUID().slice(0, 8)}`;
  await sql`select public.create_account(${account}, 1000000, settings => '{"leverage": null}')`;
  return account;
}

/** The tables of the textbook peer, empty. */
export async function resetTextbook(sql: Sql): Promise<void> {
  await sql.unsafe(await Deno.readTextFile(inRepository("bench", "peers", "textbook.sql")));
}

/** Alerts a second of `process_alerts` alone: batches of `size` over one connection, each committed. */
export async function bookAlone(
  sql: Sql,
  account: string,
  { size, symbols, seconds }: { size: number; symbols: number; seconds: number },
): Promise<number> {
  const run = crypto.randomUUID().slice(0, 8);
  await sql`set role service_role`;
  let booked = 0;
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    const batch = Array.from({ length: size }, (_, index) => {
      const number = booked + index;
      return {
        idempotency_key: `${run}-${number}`,
        hash: number.toString(16).padStart(32, "0"),
        account,
        strategy: "",
        symbol: `S${number % symbols}`,
        action: (Math.floor(number / symbols) % 2) === 0 ? "buy" : "sell",
        quantity: "1",
        quantity_type: "units",
        order_type: "market",
        price: String(100 + number % 7),
      };
    });
    await sql`select public.process_alerts(${JSON.stringify(batch)}::text::jsonb, wait => false)`;
    booked += size;
  }
  const rate = booked / ((performance.now() - started) / 1000);
  await sql`reset role`;
  return rate;
}

/** Bare transactions as `pgbench -N` does them, on tables of its own, with 16 clients. */
export interface PgBench {
  name: string;
  /** Transactions a second. */
  measure(seconds: number): Promise<number>;
}

const CLIENTS = 16;
const SCALE = 10;

/** `pgbench` itself when it is on PATH, else its statements by our driver. */
export async function createPgBench(stack: StackInfo, sql: Sql): Promise<PgBench> {
  const program = await findOnPath("pgbench");
  await sql.unsafe("drop database if exists pgbench");
  await sql.unsafe("create database pgbench");
  const url = new URL(stack.db_url);
  url.pathname = "/pgbench";
  return program === null ? await byDriver(url) : await byProgram(program, url);
}

async function byProgram(program: string, url: URL): Promise<PgBench> {
  async function run(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, "pgbench"],
      env: {
        PGHOST: url.hostname,
        PGPORT: url.port,
        PGUSER: url.username,
        PGPASSWORD: decodeURIComponent(url.password),
      },
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`pgbench: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
  await run("-i", "-q", "-s", `${SCALE}`);
  return {
    name: `pgbench -N, ${CLIENTS} clients`,
    async measure(seconds) {
      const output = await run("-N", "-c", `${CLIENTS}`, "-j", "1", "-T", `${seconds}`);
      return Number(/tps = ([\d.]+)/.exec(output)?.[1] ?? NaN);
    },
  };
}

async function byDriver(url: URL): Promise<PgBench> {
  const accounts = SCALE * 100_000;
  await using setup = closing(postgres(url.href, { max: 1, onnotice: () => {} }));
  await setup.sql.unsafe(`
    create table pgbench_accounts (aid integer primary key, bid integer, abalance integer, filler char(84));
    create table pgbench_history (tid integer, bid integer, aid integer, delta integer, mtime timestamp, filler char(22));
    insert into pgbench_accounts select n, 1, 0, '' from generate_series(1, ${accounts}) n;`);
  const random = (below: number) => 1 + Math.floor(Math.random() * below);
  return {
    name: `the statements of pgbench -N, ${CLIENTS} clients`,
    async measure(seconds) {
      await using pool = closing(postgres(url.href, { max: CLIENTS, onnotice: () => {} }));
      const until = performance.now() + seconds * 1000;
      let done = 0;
      await Promise.all(Array.from({ length: CLIENTS }, async () => {
        while (performance.now() < until) {
          const [aid, delta] = [random(accounts), random(10_000) - 5_000];
          await pool.sql.begin(async (tx) => {
            await tx`update pgbench_accounts set abalance = abalance + ${delta} where aid = ${aid}`;
            await tx`select abalance from pgbench_accounts where aid = ${aid}`;
            await tx`insert into pgbench_history values (1, 1, ${aid}, ${delta}, current_timestamp)`;
          });
          done += 1;
        }
      }));
      return done / seconds;
    },
  };
}

const closing = (sql: Sql) => ({ sql, [Symbol.asyncDispose]: () => sql.end() });
