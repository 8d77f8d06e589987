import fc from "fast-check";
import type { Sql } from "postgres";
import type { Desk } from "./desk.ts";
import type { Figures } from "./figures.ts";

const DAY_MS = 86_400_000;
/** A moment so many days after Monday, the 3rd of March 2025. */
export const day = (later: number, time = "12:00:00"): string =>
  `${new Date(Date.UTC(2025, 2, 3) + later * DAY_MS).toISOString().slice(0, 10)}T${time}Z`;
export const options = { settings: { leverage: null } };

/** What `compare_strategies` answers. */
export interface Compared {
  times: string[];
  figures: (Figures & { strategy: string; curve: string[] })[];
  together: Figures & { curve: string[] };
  correlations: {
    one: string;
    other: string;
    days: number;
    correlation: string | null;
    reason: string | null;
  }[];
}

/** The strategies of an account side by side. */
export async function compare(
  sql: Sql,
  account: string,
  strategies: string[] | null = null,
  more: Record<string, string> = {},
) {
  const { bucket = null, from_time = null, to_time = null } = more;
  const [row] = await sql`
    select to_jsonb(c) as compared from public.compare_strategies(${account}, ${strategies}, ${bucket}, ${from_time}, ${to_time}) c`;
  return row?.compared as Compared;
}

/** Strategies and what each closes on which day. */
export type Results = { strategy: string; later: number; net: number }[];

/** Books round trips of one unit, each at noon of its day. */
export async function trade(desk: Desk, results: Results): Promise<void> {
  const inOrder = results.toSorted((a, b) => a.later - b.later);
  await desk.batch(inOrder.flatMap(({ strategy, later, net }, index) => {
    const at = { strategy, symbol: `S${strategy.length}`, quantity: "1", received_at: day(later) };
    return [
      { ...at, action: "buy", price: "1000", comment: `${index}` },
      { ...at, action: "sell", price: String(1000 + net), comment: `${index}` },
    ];
  }));
}

/** Two months of results of three strategies, by a seed; each has one on the first day. */
export function make(seed: number): Results {
  const result = fc.record({
    strategy: fc.constantFrom("a", "bb", "ccc"),
    later: fc.integer({ min: 0, max: 60 }),
    net: fc.integer({ min: -90, max: 99 }),
  });
  const all = fc.array(result, { minLength: 120, maxLength: 160 });
  return [
    ...(fc.sample(all, { numRuns: 1, seed })[0] ?? []),
    ...["a", "bb", "ccc"].map((strategy) => ({ strategy, later: 0, net: 1 })),
  ];
}
