import { deepEqual } from "node:assert/strict";
import type { Sql } from "postgres";
import type { Answer } from "./alerts.ts";
import { type Desk, deskTest } from "./desk.ts";
import { type Alert, canonical } from "./engine.ts";
import { openShared } from "./shared-connection.ts";

/** The answer to an alert that may stand in line, and the alert as it was sent. */
export type Sent = Answer & { ticket?: string; alert: Alert };

const asService = <T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> =>
  sql.begin(async (tx) => {
    await tx`set local role service_role`;
    return await work(tx as unknown as Sql);
  }) as Promise<T>;

/** Sends alerts in one call, as the alerts function does: those whose account is held get a ticket, unless the first may wait. */
export async function stand(
  sql: Sql,
  alerts: Alert[],
  withinMs = 30_000,
  { wait = false } = {},
): Promise<Sent[]> {
  const sent = alerts.map(canonical);
  const answers = await asService(sql, async (tx) => {
    const [row] = await tx`select public.process_alerts(${JSON.stringify(sent)}::text::jsonb,
      wait => ${wait}, within_ms => ${sent.map(() => withinMs)}::integer[]) as answers`;
    return row?.answers as Answer[];
  });
  return answers.map((answer, index) => ({ ...answer, alert: sent[index] ?? {} }));
}

/** Asks for the answers of tickets, once. */
export function askFor(sql: Sql, account: string, tickets: string[]): Promise<(Answer | null)[]> {
  return asService(sql, async (tx) => {
    const [row] = await tx`select public.book_waiting_alerts(${account}, ${tickets}::uuid[]) as answers`;
    return row?.answers as (Answer | null)[];
  });
}

/** Asks for an alert until it is booked. */
export async function settled(sql: Sql, sent: Sent): Promise<Answer> {
  let answer: Answer | null | undefined = sent;
  while (answer?.status === "busy") {
    [answer] = await askFor(sql, String(sent.alert.account), [sent.ticket ?? ""]);
  }
  if (answer === null || answer === undefined) throw new Error("the ticket is not known");
  return answer;
}

/** Sends one alert and asks until it is booked. */
export async function insist(sql: Sql, alert: Alert): Promise<Answer> {
  const [sent] = await stand(sql, [alert]);
  if (sent === undefined) throw new Error("no answer");
  return await settled(sql, sent);
}

/** Who stands in the line of an account. */
export const waiting = (sql: Sql, account: string): Promise<{ answered: boolean }[]> =>
  sql`select answer is not null as answered from trading.waiting_alerts where account = ${account}`
    .then((rows) => rows.map(({ answered }) => ({ answered: Boolean(answered) })));

const [holder, crowd] = await Promise.all([openShared(1), openShared(16)]);

/** A test with a desk, a connection that holds locks, and 16 connections of senders. */
export function lineTest(name: string, body: (desk: Desk, holder: Sql, crowd: Sql) => Promise<void>): void {
  deskTest(name, {}, async (desk) => {
    await body(desk, holder, crowd);
    deepEqual(await waiting(desk.sql, desk.account), [], "the line is empty afterwards");
  });
}

/** A market order for one unit at 100. */
export const buy = (account: string, more: Alert = {}): Alert => ({
  ...{ account, symbol: "ACME", action: "buy", quantity: "1", price: "100" },
  ...more,
});

/** Does something while somebody else holds the account, as a booking does. */
export const whileHeld = <T>(holder: Sql, account: string, work: () => Promise<T>): Promise<T> =>
  holder.begin(async (tx) => {
    await tx`select from trading.accounts a where a.name = ${account} for update`;
    return await work();
  }) as Promise<T>;

/** Has alerts stand in line while their account is held. */
export const inLine = (holder: Sql, sender: Sql, account: string, alerts: Alert[], withinMs?: number) =>
  whileHeld(holder, account, () => stand(sender, alerts, withinMs));

/** The status of an answer, or that its ticket is not known. */
export const statusOf = (answer: Answer | null | undefined) => answer?.status ?? "unknown";
export const ticketsOf = (sent: Sent[]) => sent.map(({ ticket }) => ticket ?? "");
