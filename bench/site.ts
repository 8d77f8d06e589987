import type { Sql } from "postgres";
import type { StackInfo } from "../local/stack.ts";

/** Where a benchmark measures, and how long. */
export interface Site {
  stack: StackInfo;
  /** A connection as the owner of the database. */
  sql: Sql;
  rounds: number;
  /** Of each measurement. */
  seconds: number;
  /** Between two sends of the same alert: TradingView's are five seconds apart. */
  resendPauseMs: number;
}
