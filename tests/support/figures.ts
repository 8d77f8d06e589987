import type { Sql } from "postgres";

/** What `performance` answers; counts as decimal strings too. */
export type Figures = Record<string, string | null> & {
  per_strategy: Group[];
  per_symbol: Group[];
  coverage: Coverage;
  reasons: Record<string, string>;
};
type Group = Record<string, string | number | null>;

/** What the figures rest on. */
export interface Coverage {
  share: string | null;
  held_days: number;
  marked_days: number;
  largest_gap_seconds: number | null;
}

/** How an account did, of all of it or of what filters leave. */
export async function performance(
  sql: Sql,
  account: string,
  filters: Record<string, unknown> = {},
): Promise<Figures> {
  const { from_time = null, to_time = null, only_strategy = null, only_symbol = null, in_epoch = null } =
    filters as Record<
      string,
      string | null
    >;
  const [row] = await sql`
    select to_jsonb(p) as figures
    from public.performance(${account}, ${from_time}, ${to_time}, ${only_strategy}, ${only_symbol}, ${in_epoch}) p`;
  return row?.figures as Figures;
}

/** A figure as the functions round it. */
export const rounded = (value: number | string): string => String(Math.round(Number(value) * 1e8) / 1e8);
