import type { Sql } from "postgres";
import type { Answer } from "./alerts.ts";
import { type Alert, book, openAccount } from "./engine.ts";
import { onSharedConnection } from "./shared-connection.ts";

export interface DeskOptions {
  settings?: Record<string, unknown>;
  cash?: string;
  /** Terms of an instrument of the desk's own; its symbol is then `desk.symbol`. */
  instrument?: {
    multiplier?: string;
    lot_size?: string;
    tick_size?: string;
    aliases?: string[];
    allow_nonpositive?: boolean;
    quote_currency?: string;
  };
}

/** An account of its own to trade in. */
export class Desk {
  private constructor(readonly sql: Sql, readonly account: string, readonly symbol: string) {}

  static async open({ settings = { leverage: null }, cash = "100000", instrument }: DeskOptions, sql: Sql) {
    const symbol = instrument === undefined ? "ACME" : newSymbol();
    if (instrument !== undefined) {
      const { multiplier = "1", lot_size = null, tick_size = null, aliases = [] } = instrument;
      const { allow_nonpositive = false, quote_currency = null } = instrument;
      await sql`select public.upsert_instrument(${symbol}, ${multiplier}::text::numeric,
        ${lot_size}::text::numeric, ${tick_size}::text::numeric, ${aliases}, ${allow_nonpositive}, ${quote_currency})`;
    }
    return new Desk(sql, await openAccount(sql, settings, cash), symbol);
  }

  /** Books one alert and returns its answer. */
  async send(alert: Alert): Promise<Answer> {
    const [answer] = await this.batch([alert]);
    if (answer === undefined) throw new Error("no answer");
    return answer;
  }

  /** Books alerts in one call. */
  batch(alerts: Alert[]): Promise<Answer[]> {
    return book(this.sql, alerts.map((alert) => ({ account: this.account, symbol: this.symbol, ...alert })));
  }

  buy = (quantity: string, price: string, more: Alert = {}) =>
    this.send({ action: "buy", quantity, price, ...more });
  sell = (quantity: string, price: string, more: Alert = {}) =>
    this.send({ action: "sell", quantity, price, ...more });
  close = (price: string, more: Alert = {}) => this.send({ action: "close", price, ...more });

  /** A mark: one price, or a bar as "open high low close". */
  mark(prices: string, more: Alert = {}): Promise<Answer> {
    return this.send({ action: "mark", ...bar(prices), ...more });
  }

  async set(settings: Record<string, unknown>): Promise<void> {
    await this.sql`select public.update_account_settings(${this.account}, ${
      JSON.stringify(settings)
    }::text::jsonb)`;
  }

  /** What rests, oldest first: "sell stop 5 @ 95", a leg by its name. */
  async resting(): Promise<string[]> {
    const rows = await this.sql`
      select o.side, coalesce(o.leg, o.type) as what, trading.decimal(o.quantity) as quantity,
        concat_ws('/', trading.decimal(o.stop_price), trading.decimal(o.limit_price)) as price
      from trading.orders o join trading.accounts a on a.id = o.account_id
      where a.name = ${this.account} and o.status = 'open' order by o.id`;
    return rows.map(({ side, what, quantity, price }) => `${side} ${what} ${quantity} @ ${price}`);
  }

  /** What differs when the account is rebuilt from its ledger: nothing, ever. */
  async differences(): Promise<unknown[]> {
    return [...await this.sql`select * from public.verify_account(${this.account})`];
  }
}

/** "sell 5 @ 95, …": the fills of an answer, or "" when there are none. */
export const fills = (answer: Answer): string =>
  answer.fills.map(({ side, quantity, price }) => `${side} ${quantity} @ ${price}`).join(", ");

/** The price fields of a mark: one price, or a bar as "open high low close". */
export function bar(prices: string): Alert {
  const [first, high, low, close] = prices.split(" ");
  return close === undefined ? { price: first } : { open: first, high, low, price: close };
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** A ticker that no other test uses: instruments are shared by all accounts. */
export const newSymbol = (): string =>
  "T" + [...crypto.getRandomValues(new Uint8Array(11))].map((byte) => letters[byte % 26]).join("");

/** Gives `body` a desk of its own; after it the account must agree with its ledger. */
export async function withDesk(options: DeskOptions, body: (desk: Desk) => Promise<void>): Promise<void> {
  await onSharedConnection(async (sql) => {
    const desk = await Desk.open(options, sql);
    await body(desk);
    const differences = await desk.differences();
    if (differences.length > 0) throw new Error(`verify_account: ${JSON.stringify(differences)}`);
  });
}

/** A test with a desk of its own. */
export function deskTest(name: string, options: DeskOptions, body: (desk: Desk) => Promise<void>): void {
  Deno.test(name, () => withDesk(options, body));
}
