import type { Database } from "../../../supabase/functions/_shared/database/types.ts";
import { askHistory, type Client } from "./client.ts";
import type { ListRead } from "./lists.ts";
import type { Filter, Since } from "./reads.ts";

type Functions = Database["public"]["Functions"];
type Row<Name extends "alert_health" | "list_alert_gaps" | "alert_latency" | "late_alerts"> = {
  // Generated types know no null in what a function returns.
  [Key in keyof Functions[Name]["Returns"][number]]: Functions[Name]["Returns"][number][Key] | null;
};

/** Of a strategy; with strategy null of the whole account. */
export type Health = Row<"alert_health">;
/** An alert before which the account did not hold what its sender thought. */
export type Gap = Row<"list_alert_gaps">;
/** Of a strategy or an hour; with neither of all alerts. */
export type Latency = Row<"alert_latency">;
export type LateAlert = Row<"late_alerts">;

export const readHealth = (client: Client, account: string, since: Since): Promise<Health[]> =>
  askHistory(client.rpc("alert_health", { account, ...since }));

export const readLatency = (
  client: Client,
  account: string,
  asked: Filter & Since & { by: "strategy" | "hour" },
): Promise<Latency[]> => askHistory(client.rpc("alert_latency", { account, ...asked }));

export const listGaps =
  (since: Since): ListRead<Gap> => (client, account, { cursor: { before }, limit, ...filter }) =>
    askHistory(client.rpc("list_alert_gaps", {
      ...{ account, limit, ...since, ...filter },
      ...(before !== undefined && { before }),
    }));

export const listLate =
  (since: Since): ListRead<LateAlert> =>
  (client, account, { cursor: { before }, limit, only_status: _, ...filter }) =>
    askHistory(client.rpc("late_alerts", {
      ...{ account, limit, ...since, ...filter },
      ...(before !== undefined && { before }),
    }));
