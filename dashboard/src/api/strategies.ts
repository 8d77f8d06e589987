import { askHistory, type Client } from "./client.ts";
import type { Since, Unsure } from "./reads.ts";

/** The figures of a strategy, or of several as if they were one. */
export type StrategyFigures =
  & Unsure<"net" | "win_rate" | "profit_factor" | "expectancy" | "max_drawdown">
  & {
    /** What was made since the range began, at each of the times. */
    curve: string[];
  };

/** Two strategies, and how their daily results go together; null: `reason` says why. */
export interface Pair {
  one: string;
  other: string;
  correlation: string | null;
  reason: string | null;
}

/** What `compare_strategies` tells. */
export interface SideBySide {
  times: string[];
  figures: (StrategyFigures & { strategy: string })[];
  together: StrategyFigures;
  correlations: Pair[];
}

export const compareStrategies = async (
  client: Client,
  account: string,
  asked: Since & { strategies: string[] },
): Promise<SideBySide> =>
  await askHistory(client.rpc("compare_strategies", { account, ...asked })) as unknown as SideBySide;
