import type { TransactionSql } from "postgres";
import { type Alert, canonical } from "./engine.ts";
import { unique } from "./stack.ts";
import { undone } from "./shared-connection.ts";

/** A row of the outbox, as far as tests look at it. */
export interface Row {
  id: string;
  message_id: string;
  channel: string;
  account: string | null;
  event: string;
  status: "pending" | "delivered" | "dead";
  attempts: number;
  last_error: string | null;
  payload: Record<string, unknown>;
  wait: number;
  leased: boolean;
}

export interface Line {
  lease: string;
  channel: { name: string; kind: string; url: string | null; secrets: string[] };
  notifications: Pick<Row, "id" | "message_id" | "event" | "payload" | "attempts">[];
}

/** The outbox as the service role sees it, in a transaction that is never committed: no dispatcher sees what is in it. */
export class OutboxDesk {
  constructor(readonly tx: TransactionSql) {}

  /** Calls an RPC with named arguments. */
  async rpc<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    const names = Object.keys(args);
    const list = names.map((each, index) => `"${each}" => $${index + 1}`).join(", ");
    const rows = await this.tx.unsafe(
      `select public.${name}(${list}) as answer`,
      Object.values(args) as never[],
    );
    return rows[0]?.answer as T;
  }

  async account(): Promise<string> {
    const account = unique("acct");
    await this.rpc("create_account", { account, settings: { leverage: 1 } });
    return account;
  }

  /** A webhook that is told of these accounts; all when none is named. */
  async channel(accounts: string[] = [], more: Record<string, unknown> = {}): Promise<string> {
    const channel = unique("channel");
    await this.rpc("create_notification_channel", {
      channel,
      kind: "webhook",
      url: "https://example.com/hook",
      accounts,
      ...more,
    });
    return channel;
  }

  /** Books alerts in one call. */
  async book(account: string, ...alerts: Alert[]): Promise<void> {
    const batch = JSON.stringify(
      alerts.map((alert) => canonical({ account, symbol: "ACME", price: "10", ...alert })),
    );
    await this.tx`select public.process_alerts(${batch}::text::jsonb)`;
  }

  buy = (account: string, quantity = "1") => this.book(account, { action: "buy", quantity });

  /** What the outbox holds for a channel, in the order of sending. */
  async rows(channel: string): Promise<Row[]> {
    return [
      ...await this.tx<Row[]>`
      select o.id::text, o.message_id, c.name as channel, a.name as account, o.event, o.status, o.attempts, o.last_error, o.payload,
        extract(epoch from o.next_attempt_at - clock_timestamp())::float8 as wait, o.lease is not null as leased
      from trading.notification_outbox o join trading.notification_channels c on c.id = o.channel_id
      left join trading.accounts a on a.id = o.account_id where c.name = ${channel} order by o.turn, o.id`,
    ];
  }

  claim = (args: Record<string, unknown> = {}): Promise<Line[]> => this.rpc("claim_notifications", args);
  complete = (id: string, lease: string): Promise<boolean> =>
    this.rpc("complete_notification", { id, lease });
  fail = (id: string, lease: string, more: Record<string, unknown> = {}) =>
    this.rpc<{ status: string; channel_disabled: boolean }>("fail_notification", {
      id,
      lease,
      error: "http_status 500",
      ...more,
    });

  /** Lets time pass for all that waits: as if it were later by an interval such as "1 hour". */
  async later(interval: string): Promise<void> {
    await this
      .tx`update trading.notification_outbox set next_attempt_at = next_attempt_at - ${interval}::text::interval,
      leased_until = leased_until - ${interval}::text::interval, first_failed_at = first_failed_at - ${interval}::text::interval`;
    await this
      .tx`update trading.notification_channels set failing_since = failing_since - ${interval}::text::interval`;
  }
}

/** A test over an outbox of its own. */
export function outboxTest(name: string, body: (desk: OutboxDesk) => Promise<void>): void {
  Deno.test(name, () =>
    undone(async (tx) => {
      await tx`delete from trading.notification_channels`;
      await tx`set local role service_role`;
      await body(new OutboxDesk(tx));
    }));
}
