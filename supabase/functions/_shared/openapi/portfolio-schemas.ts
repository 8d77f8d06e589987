import * as z from "zod";
import { TIMES_IN_FORCE } from "../validators/canonical-alert.ts";
import { amount, decimal, id, orderType, side, time } from "./answer-schemas.ts";

/** What each part of a portfolio answers: the rows of the database's functions, for the document only. */

const interval = z.string().describe("A PostgreSQL interval.").meta({ examples: ["3 days 04:00:00"] });
const figure = amount.nullable();
const names = { strategy: z.string(), symbol: z.string() };

const summary = z.object({
  account: z.string(),
  currency: z.string(),
  epoch: z.int(),
  cash: amount,
  equity: amount,
  deposits: amount,
  net_pnl: amount,
  realized_pnl: amount,
  unrealized_pnl: amount,
  fees: amount,
  income: amount.describe("Dividends, funding, interest and the like."),
  gross_exposure: amount,
  open_positions: z.int(),
  halted: z.boolean(),
  halt_reason: z.string().nullable(),
  version: z.int(),
}).meta({ id: "Portfolio" });

export const position = z.object({
  ...names,
  side: z.enum(["long", "short", "flat"]),
  quantity: amount.describe("Signed units."),
  average_price: amount,
  cost_basis: amount,
  multiplier: decimal,
  mark: decimal.nullable(),
  marked_at: time.nullable(),
  market_value: figure,
  unrealized_pnl: figure,
  realized_pnl: amount,
  fees: amount,
  opened_at: time.nullable(),
  version: z.int(),
  rate: decimal.nullable().describe("Account currency per unit of the currency of its prices."),
}).meta({ id: "Position" });

const order = z.object({
  id,
  alert_id: id,
  ...names,
  side,
  type: orderType,
  quantity: decimal.nullable(),
  limit_price: decimal.nullable(),
  stop_price: decimal.nullable(),
  trail_amount: decimal.nullable(),
  trail_percent: decimal.nullable(),
  time_in_force: z.enum(TIMES_IN_FORCE),
  expires_at: time.nullable(),
  reduce_only: z.boolean(),
  bracket_id: id.nullable(),
  leg: z.enum(["take_profit", "stop_loss"]).nullable(),
  status: z.enum(["open", "filled", "canceled", "expired"]),
  reason: z.string().nullable(),
  created_at: time,
  closed_at: time.nullable(),
  waiting: z.boolean().describe("A market order without a price, until the next mark of its symbol."),
}).meta({ id: "Order" });

const fill = z.object({
  id,
  order_id: id,
  alert_id: id,
  ...names,
  side,
  quantity: decimal,
  price: decimal,
  multiplier: decimal,
  fee: amount,
  realized_pnl: amount,
  filled_at: time,
  rate: decimal.describe("Account currency per unit of the currency of its price."),
}).meta({ id: "Fill" });

const trade = z.object({
  id,
  ...names,
  side: z.enum(["long", "short"]),
  quantity: amount,
  entry_price: amount,
  exit_price: amount,
  gross_pnl: amount,
  fees: amount,
  net_pnl: amount,
  opened_at: time,
  closed_at: time,
  duration: interval,
  mae: figure.describe("null, as mfe and drawdown, where too few of the days it was held had a mark."),
  mfe: figure,
  drawdown: figure,
}).meta({ id: "Trade" });

const recordedAlert = z.object({
  id,
  ...names,
  status: z.enum(["filled", "accepted", "ignored", "canceled", "rejected"]),
  code: z.string().nullable(),
  request: z.record(z.string(), z.unknown()).describe("The canonical alert as it was read."),
  answer: z.record(z.string(), z.unknown()).describe("The answer that it got."),
  alert_time: time.nullable(),
  received_at: time,
  duplicates: z.int().describe("How often it came again and got the same answer."),
  last_duplicate_at: time.nullable(),
  ignored: z.array(z.string()).describe("The sender's fields that were not understood."),
}).meta({ id: "RecordedAlert" });

const point = z.object({
  time,
  open: amount,
  high: amount,
  low: amount,
  close: amount,
  deposits: amount,
  net_pnl: amount,
  gain: amount,
  drawdown: amount,
  drawdown_percent: figure,
  exposure: amount,
}).meta({ id: "EquityPoint" });

const group = {
  trades: z.int(),
  wins: z.int(),
  losses: z.int(),
  net: amount,
  gross: amount,
  fees: amount,
  income: amount,
  win_rate: figure,
  profit_factor: figure,
  expectancy: figure,
};

const performance = z.object({
  account: z.string(),
  epoch: z.int(),
  currency: z.string(),
  ...group,
  profit_loss_ratio: figure,
  average_win: figure,
  average_loss: figure,
  largest_win: figure,
  largest_loss: figure,
  max_consecutive_wins: z.int(),
  max_consecutive_losses: z.int(),
  average_duration: interval.nullable(),
  sharpe_per_trade: figure,
  average_mae_percent: figure,
  average_mfe_percent: figure,
  max_drawdown: figure,
  max_drawdown_percent: figure,
  sharpe: figure,
  sortino: figure,
  calmar: figure,
  exposure: figure,
  total_return_percent: figure,
  time_weighted_return_percent: figure,
  cagr_percent: figure,
  buy_and_hold_percent: figure,
  per_strategy: z.array(z.object({ strategy: z.string(), ...group })),
  per_symbol: z.array(z.object({ symbol: z.string(), ...group, buy_and_hold_percent: figure })),
  coverage: z.object({
    share: figure.describe("marked_days / held_days; below 0.9 no figure is given that rests on marks."),
    held_days: z.int(),
    marked_days: z.int(),
    largest_gap_seconds: z.int().nullable(),
  }),
  reasons: z.record(z.string(), z.string()).describe("Why a figure is null, in words, by its name."),
}).meta({ id: "Performance" });

export const RESOURCE_ANSWERS: Readonly<Record<string, z.ZodType>> = {
  "": summary,
  positions: z.array(position),
  orders: z.array(order),
  fills: z.array(fill),
  trades: z.array(trade),
  alerts: z.array(recordedAlert),
  equity: z.array(point),
  performance,
};
