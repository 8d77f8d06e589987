/**
 * Peer (a): the textbook flow over a pool of 10 connections: take a session advisory lock on the symbol, select, compute
 * in TypeScript, write, unlock. Given the best case: no authentication, no validation, floats.
 */
import pg from "pg";

const pool = new pg.Pool({ connectionString: Deno.env.get("SUPABASE_DB_URL"), max: 10 });

interface Alert {
  id: string;
  symbol: string;
  action: "buy" | "sell";
  quantity: string;
  price: string;
}

async function book(alert: Alert): Promise<{ quantity: number; cash: number }> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext($1))", [alert.symbol]);
    try {
      await client.query("begin");
      const seen = await client.query("select 1 from textbook.trades where alert_id = $1", [alert.id]);
      if (seen.rowCount) throw new Error("duplicate");
      const { rows: [account] } = await client.query(
        "select cash from textbook.accounts where id = 1 for update",
      );
      const { rows: [held] } = await client.query("select * from textbook.positions where symbol = $1", [
        alert.symbol,
      ]);
      const before = Number(held?.quantity ?? 0);
      const average = Number(held?.average_price ?? 0);
      const price = Number(alert.price);
      const delta = Number(alert.quantity) * (alert.action === "buy" ? 1 : -1);
      const closing = before * delta < 0 ? Math.min(Math.abs(before), Math.abs(delta)) : 0;
      const realized = closing * (price - average) * Math.sign(before);
      const quantity = before + delta;
      const next = quantity === 0
        ? 0
        : closing === 0
        ? (before * average + delta * price) / quantity
        : Math.sign(quantity) === Math.sign(before)
        ? average
        : price;
      const cash = Number(account.cash) - delta * price;
      await client.query(
        "insert into textbook.trades (alert_id, symbol, side, quantity, price, realized) values ($1, $2, $3, $4, $5, $6)",
        [alert.id, alert.symbol, alert.action, alert.quantity, alert.price, realized],
      );
      await client.query(
        `insert into textbook.positions values ($1, $2, $3, $4) on conflict (symbol) do update
         set quantity = excluded.quantity, average_price = excluded.average_price, realized = positions.realized + excluded.realized`,
        [alert.symbol, quantity, next, realized],
      );
      await client.query("update textbook.accounts set cash = $1 where id = 1", [cash]);
      await client.query("commit");
      return { quantity, cash };
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      await client.query("select pg_advisory_unlock(hashtext($1))", [alert.symbol]);
    }
  } finally {
    client.release();
  }
}

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await book(await request.json()));
  },
};
