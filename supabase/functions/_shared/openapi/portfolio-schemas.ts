import * as z from "zod";
import { RESOURCES } from "../portfolio/resources.ts";
import { TIMES_IN_FORCE } from "../validators/canonical-alert.ts";
import { portfolioQuerySchema } from "../validators/portfolio-query.ts";
import { amount, decimal, each, id, orderType, side, time } from "./answer-schemas.ts";
import type { Part, Parts } from "./parts.ts";

/** What each part of a portfolio answers: the rows of the database's functions, for the document only. */

const interval = z.string().describe("A PostgreSQL interval.").meta({ examples: ["3 days 04:00:00"] });
const figure = amount.nullable();
const names = { strategy: z.string(), symbol: z.string() };

const summary = z.object({
  ...each(z.string(), "account currency"),
  epoch: z.int(),
  ...each(amount, "cash equity deposits net_pnl realized_pnl unrealized_pnl fees"),
  income: amount.describe("Dividends, funding, interest and the like."),
  gross_exposure: amount,
  open_positions: z.int(),
  halted: z.boolean(),
  halt_reason: z.string().nullable(),
  version: z.int(),
}).meta({ id: "Portfolio" });

const position = z.object({
  ...names,
  side: z.enum(["long", "short", "flat"]),
  quantity: amount.describe("Signed units."),
  ...each(amount, "average_price cost_basis"),
  multiplier: decimal,
  mark: decimal.nullable(),
  marked_at: time.nullable(),
  ...each(figure, "market_value unrealized_pnl"),
  ...each(amount, "realized_pnl fees"),
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
  ...each(decimal.nullable(), "quantity limit_price stop_price trail_amount trail_percent"),
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
  ...each(id, "order_id alert_id"),
  ...names,
  side,
  ...each(decimal, "quantity price multiplier"),
  ...each(amount, "fee realized_pnl"),
  filled_at: time,
  rate: decimal.describe("Account currency per unit of the currency of its price."),
}).meta({ id: "Fill" });

const trade = z.object({
  id,
  ...names,
  side: z.enum(["long", "short"]),
  ...each(amount, "quantity entry_price exit_price gross_pnl fees net_pnl"),
  ...each(time, "opened_at closed_at"),
  duration: interval,
  mae: figure.describe("null, as mfe and drawdown, where too few of the days it was held had a mark."),
  ...each(figure, "mfe drawdown"),
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
  ...each(amount, "open high low close deposits net_pnl gain drawdown"),
  drawdown_percent: figure,
  exposure: amount,
}).meta({ id: "EquityPoint" });

const group = {
  ...each(z.int(), "trades wins losses"),
  ...each(amount, "net gross fees income"),
  ...each(figure, "win_rate profit_factor expectancy"),
};

const performance = z.object({
  account: z.string(),
  epoch: z.int(),
  currency: z.string(),
  ...group,
  ...each(figure, "profit_loss_ratio average_win average_loss largest_win largest_loss"),
  ...each(z.int(), "max_consecutive_wins max_consecutive_losses"),
  average_duration: interval.nullable(),
  ...each(
    figure,
    "sharpe_per_trade average_mae_percent average_mfe_percent max_drawdown max_drawdown_percent",
  ),
  ...each(
    figure,
    "sharpe sortino calmar exposure total_return_percent time_weighted_return_percent cagr_percent buy_and_hold_percent",
  ),
  per_strategy: z.array(z.object({ strategy: z.string(), ...group })),
  per_symbol: z.array(z.object({ symbol: z.string(), ...group, buy_and_hold_percent: figure })),
  coverage: z.object({
    share: figure.describe("marked_days / held_days; below 0.9 no figure is given that rests on marks."),
    ...each(z.int(), "held_days marked_days"),
    largest_gap_seconds: z.int().nullable(),
  }),
  reasons: z.record(z.string(), z.string()).describe("Why a figure is null, in words, by its name."),
}).meta({ id: "Performance" });

const RESOURCE_ANSWERS: Readonly<Record<string, z.ZodType>> = {
  "": summary,
  positions: z.array(position),
  orders: z.array(order),
  fills: z.array(fill),
  trades: z.array(trade),
  alerts: z.array(recordedAlert),
  equity: z.array(point),
  performance,
};

const headers: Part = {
  age: { description: "Seconds since the answer was read from the database", schema: { type: "integer" } },
  "x-cache": { description: "Where the answer came from", schema: { enum: ["l1", "l2", "db"] } },
  etag: { description: "For if-none-match", schema: { type: "string" } },
};

/** `GET /portfolio/…`, from the same table that the function routes by. */
export function portfolioPaths({ query, operation }: Parts): Part {
  const get = (operationId: string, summary: string, parameters: Part[], schema: z.ZodType): Part => ({
    get: operation("portfolio", {
      operationId,
      summary,
      description: "Needs a key of scope read. From a cache that is at most about a second behind.",
      parameters,
    }, {
      "200": ["Money and quantities as decimal strings", schema, { headers }],
      "304": { description: "What if-none-match named is still right" },
    }, "400 401 403 404 405 414 429 503"),
  });
  const resources = Object.entries(RESOURCES).flatMap(([name, { takes, summary }]) => {
    const answers = RESOURCE_ANSWERS[name];
    if (answers === undefined) return [];
    const path = name === "" ? "/portfolio" : `/portfolio/${name}`;
    const parameters = query(portfolioQuerySchema, ["account", ...Object.keys(takes)]);
    const id = name === "" ? "readPortfolio" : `read${name[0]?.toUpperCase()}${name.slice(1)}`;
    return [[path, get(id, summary, parameters, answers)]];
  });
  return {
    ...Object.fromEntries(resources),
    "/portfolio/positions/{symbol}": get("readPosition", "One position", [
      { name: "symbol", in: "path", required: true, schema: { type: "string" } },
      ...query(portfolioQuerySchema, ["account", "strategy"]),
    ], position),
  };
}
