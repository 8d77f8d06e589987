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
  { size, symbols, seconds }: { size: number; symbols: number; seconds: number },
) {
  const account = await openAccount(sql);
  await sql`set role service_role`;
  let booked = 0;
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    const batch = Array.from({ length: size }, (_, index) => {
      const number = booked + index;
      return {
        id: `alone-${number}`,
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

/** Transactions a second of `pgbench -N` with 16 clients, on tables of its own; null when it is not on PATH. */
export class PgBench {
  private constructor(private readonly program: string, private readonly url: URL) {}

  static async create(stack: StackInfo, sql: Sql): Promise<PgBench | null> {
    const program = await findOnPath("pgbench");
    if (program === null) return null;
    await sql.unsafe("drop database if exists pgbench").catch(() => {});
    await sql.unsafe("create database pgbench");
    const url = new URL(stack.db_url);
    url.pathname = "/pgbench";
    const bench = new PgBench(program, url);
    await bench.#run("-i", "-q", "-s", "10");
    return bench;
  }

  async measure(seconds: number): Promise<number> {
    const output = await this.#run("-N", "-c", "16", "-j", "1", "-T", `${seconds}`);
    return Number(/tps = ([\d.]+)/.exec(output)?.[1] ?? NaN);
  }

  async #run(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(this.program, {
      args: [...args, "pgbench"],
      env: {
        PGHOST: this.url.hostname,
        PGPORT: this.url.port,
        PGUSER: this.url.username,
        PGPASSWORD: decodeURIComponent(this.url.password),
      },
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`pgbench: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}
