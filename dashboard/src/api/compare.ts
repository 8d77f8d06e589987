import type { Database } from "../../../supabase/functions/_shared/database/types.ts";
import { askHistory, type Client } from "./client.ts";
import type { ListRead } from "./lists.ts";
import type { Filter } from "./reads.ts";

type Functions = Database["public"]["Functions"];

/** What `compare_accounts` tells: counts, and decimal strings; null where undefined. */
export interface Comparison {
  orders: number;
  matched: number;
  late: number;
  refused: number;
  missed: number;
  extra: number;
  match_rate: string | null;
  average_seconds: string | null;
  profit: string;
  baseline_profit: string;
  drift: string;
  price_cost: string;
  fee_cost: string;
  other_cost: string;
}

/** An order of the baseline and the alert that was there for it; what is missing is null. */
export type ComparedOrder = {
  [Key in keyof Functions["compare_orders"]["Returns"][number]]:
    | Functions["compare_orders"]["Returns"][number][Key]
    | null;
};
export type ComparedPoint = Functions["compare_curve"]["Returns"][number];

/** Which baseline, and since when. */
export interface Against {
  baseline: string;
  from_time?: string;
}

export const readComparison = async (
  client: Client,
  account: string,
  asked: Against & Filter,
): Promise<Comparison> =>
  await askHistory(
    client.rpc("compare_accounts", { account, ...asked }),
  ) as unknown as Comparison;

export const readComparedCurve = (
  client: Client,
  account: string,
  asked: Against & Filter,
): Promise<ComparedPoint[]> => askHistory(client.rpc("compare_curve", { account, ...asked }));

export const listCompared =
  (against: Against): ListRead<ComparedOrder> =>
  (client, account, { cursor: { before }, limit, ...filter }) =>
    askHistory(client.rpc("compare_orders", {
      ...{ account, limit, ...against, ...filter },
      ...(before !== undefined && { before }),
    }));
